import { expect, test } from 'vitest';
import { createFunctions, type Handler, type Invocation } from '../../lib/local/functions.ts';

function functionsOf(handlers: Record<string, Handler>, log?: (invocation: Invocation) => void) {
  return createFunctions(() => handlers, log);
}

test('lets nothing but JSON cross', async () => {
  const payload = { at: new Date(0), nothing: undefined, list: [1, undefined] };
  const functions = functionsOf({
    echo: async (given) => ({ given, same: given === payload, none: undefined }),
  });
  expect(await functions.invoke('echo', payload)).toEqual({
    given: { at: '1970-01-01T00:00:00.000Z', list: [1, null] },
    same: false,
  });
});

test('answers null for a function that returns nothing', async () => {
  expect(await functionsOf({ silent: async () => undefined }).invoke('silent', {})).toBeNull();
});

test('gives an error the name and the cause that Step Functions sees', async () => {
  const functions = functionsOf({
    broken: async () => {
      throw Object.assign(new Error('no disk'), { name: 'StoreUnavailable' });
    },
  });
  const error: unknown = await functions.invoke('broken', {}).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'StoreUnavailable' });
  expect(JSON.parse((error as Error).message)).toMatchObject({
    errorType: 'StoreUnavailable',
    errorMessage: 'no disk',
    trace: expect.arrayContaining([expect.stringContaining('StoreUnavailable: no disk')]),
  });
});

test('reports a thrown value that is no error', async () => {
  const functions = functionsOf({ odd: () => Promise.reject('just text') });
  const error: unknown = await functions.invoke('odd', {}).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'Error' });
  expect(JSON.parse((error as Error).message)).toEqual({
    errorType: 'Error',
    errorMessage: 'just text',
    trace: [],
  });
});

test.each(['missing', 'constructor', '__proto__'])('knows no function %s', async (name) => {
  await expect(functionsOf({}).invoke(name, {})).rejects.toMatchObject({
    name: 'Lambda.ResourceNotFoundException',
    message: `function not found: ${name}`,
  });
});

test('tells a function its name, a request of its own and the time it has left', async () => {
  const functions = functionsOf({
    look: async (_, context) => ({
      name: context.functionName,
      request: context.awsRequestId,
      left: context.getRemainingTimeInMillis() <= 900_000 && context.getRemainingTimeInMillis() > 890_000,
    }),
  });
  const first = (await functions.invoke('look', {})) as Record<string, unknown>;
  const second = (await functions.invoke('look', {})) as Record<string, unknown>;
  expect(first).toMatchObject({ name: 'look', left: true });
  expect(first.request).not.toBe(second.request);
});

test('logs each invocation without its payload', async () => {
  const lines: Invocation[] = [];
  const functions = functionsOf(
    {
      fine: async () => 'secret result',
      broken: async () => {
        throw new TypeError('bad\ninput');
      },
    },
    (line) => lines.push(line),
  );
  await functions.invoke('fine', { password: 'secret' });
  await functions.invoke('broken', { password: 'secret' }).catch(() => {});
  expect(lines).toMatchObject([
    { function: 'fine', outcome: 'returned' },
    { function: 'broken', outcome: 'failed', error: 'TypeError', message: 'bad input' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('waits for what runs when it is closed, and begins nothing more', async () => {
  const work = Promise.withResolvers<string>();
  const functions = functionsOf({ long: () => work.promise });
  const running = functions.invoke('long', {});
  const closed = functions.close(60_000);
  await expect(functions.invoke('long', {})).rejects.toMatchObject({ name: 'Lambda.ServiceException' });
  work.resolve('done');
  expect(await closed).toBe(true);
  expect(await running).toBe('done');
});

test('does not wait for ever when it is closed', async () => {
  const functions = functionsOf({ stuck: () => new Promise(() => {}) });
  void functions.invoke('stuck', {});
  expect(await functions.close(10)).toBe(false);
});
