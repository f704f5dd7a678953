import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { freePort } from '../../../lib/targets/process/free-port.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});

const base = { question: 'Does it hold?', expect: '1s', timeout: '30s', retries: 0 };

async function pipelineOf(name: string, code: string): Promise<Pipeline> {
  const port = await freePort(new Set());
  const start = 'exec node -e "$CODE"';
  return pipelineSchema.parse({
    pipeline: name,
    environments: { production: { target: { kind: 'process', start, port, env: { CODE: code } } } },
    stages: [
      { ...base, kind: 'acquire', name: 'acquire-production', environment: 'production' },
      { ...base, kind: 'place', name: 'place', environment: 'production' },
      { ...base, kind: 'shift', name: 'shift', environment: 'production', percent: 100 },
      {
        ...base,
        kind: 'analysis',
        name: 'watch',
        environment: 'production',
        for: '20s',
        minRequests: 1000,
        errorRate: { max: '1%' },
      },
    ],
  });
}

it('a service that crashes at its start leaves the cause in the evidence, line by line, and a log that can be read', async () => {
  const name = 'crashes';
  const { id, ending } = await rig.deploy(await pipelineOf(name, "require('express')"), name);
  expect(ending).toBe('rolledBack');
  const { view } = (await rig.session(id)).deployment;
  const failure = view.stages.find((stage) => stage.name === 'place')?.failure;
  expect(failure?.observed).toContain(
    "; its log says: Error: Cannot find module 'express'; the whole log is ",
  );
  const { log = '', logFile = '' } = (failure?.evidence ?? {}) as Readonly<Record<string, string>>;
  expect(log.split('\n')).toContain("Error: Cannot find module 'express'");
  expect(await readFile(logFile, 'utf8')).toContain("Error: Cannot find module 'express'");
});

it('a service that ends by itself while it is analysed is rejected, with hardly a request', async () => {
  const name = 'ends';
  const code = `require('node:http').createServer((_request, response) => response.end()).listen(process.env.PORT, '127.0.0.1');
setTimeout(() => process.exit(1), 1_000);`;
  const { id, ending } = await rig.deploy(await pipelineOf(name, code), name);
  expect(ending).toBe('rolledBack');
  const { view } = (await rig.session(id)).deployment;
  expect(view.stages.find((stage) => stage.name === 'watch')?.failure).toMatchObject({
    mode: 'rejected',
    expected: 'error rate <= 1 % and no exit',
    observed: expect.stringMatching(/^the new revision ended by itself once; /),
    evidence: { exits: 1 },
  });
});
