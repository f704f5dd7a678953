import { expect, it } from 'vitest';
import { createFunctionInvoker } from '../../../lib/stages/cloud/function-invoker.ts';
import { fakeLambda } from '../../aws/lambda-invoke.ts';

const { signal } = new AbortController();

it('gives a function its payload, and gives back what it answered', async () => {
  const { client, asked } = await fakeLambda({ measure: () => ({ latencyMs: 12 }), silent: () => undefined });
  const functions = createFunctionInvoker(client);
  expect(await functions.invoke('measure', { stage: 'speed' }, signal)).toBe('{"latencyMs":12}');
  expect(await functions.invoke('silent', null, signal)).toBe('null');
  expect(asked).toEqual([{ stage: 'speed' }, null]);
});

it('tells a function that failed or is not there from a service that may be asked again', async () => {
  const failing = () => {
    throw new Error('no database');
  };
  const { client, faults } = await fakeLambda({ failing });
  const functions = createFunctionInvoker(client);
  await expect(functions.invoke('failing', null, signal)).rejects.toMatchObject({
    code: 'CommandFailed',
    message: 'function failing failed: {"errorType":"Error","errorMessage":"Error: no database"}',
  });
  await expect(functions.invoke('absent', null, signal)).rejects.toMatchObject({
    code: 'CommandFailed',
    message: expect.stringMatching(/^lambda did not run absent: ResourceNotFoundException/),
  });
  faults.push([429, 'TooManyRequestsException'], [503, 'ServiceException']);
  await expect(functions.invoke('failing', null, signal)).rejects.toMatchObject({ code: 'StoreUnavailable' });
  await expect(functions.invoke('failing', null, signal)).rejects.toMatchObject({ code: 'StoreUnavailable' });
});
