import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test } from 'vitest';
import { runChild } from './run-child.ts';
import { createMachine, put, start, startChild } from './running-systems.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { invoke, invokeAndWait, startTestSystem } from './test-system.ts';

test('reports an execution as aborted that ran when the process was killed', async () => {
  const folder = await temporaryFolder();
  const { child, clients } = await startChild(folder);
  const stuck = await createMachine(clients, 'stuck', invoke('stuck', { 'd.$': '$.d' }, { End: true }));
  const fine = await createMachine(clients, 'fine', { Type: 'Pass', End: true });
  const input = '{"d":1}';
  const running = await clients.states.send(
    new StartExecutionCommand({ stateMachineArn: stuck, name: 'r', input }),
  );
  expect(await child.next()).toEqual({ stuck: { d: 1 } });
  await child.kill();

  const system = await startTestSystem({ folder });
  onTestFinished(system.close);
  const executionArn = running.executionArn ?? '';
  expect(await system.ended(executionArn)).toMatchObject({
    status: 'ABORTED',
    error: 'LocalSystemRestarted',
  });
  const { states } = system.clients;
  expect(await states.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    status: 'ABORTED',
    error: 'LocalSystemRestarted',
    cause: 'the local system ended while this execution ran, and was started again',
    startDate: running.startDate,
    input,
  });
  // Its name stays taken, and the state machines are there.
  await expect(
    states.send(new StartExecutionCommand({ stateMachineArn: stuck, name: 'r', input })),
  ).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  await states.send(new DescribeStateMachineCommand({ stateMachineArn: fine }));
});

test('remembers how executions ended', async () => {
  const folder = await temporaryFolder();
  const first = await startTestSystem({ folder });
  const arn = await first.start(
    await first.create({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
    { n: 1 },
  );
  await first.ended(arn);
  await first.close();
  const second = await start({ folder });
  expect(await second.clients.states.send(new DescribeExecutionCommand({ executionArn: arn }))).toMatchObject(
    {
      status: 'SUCCEEDED',
      output: '{"n":1}',
    },
  );
});

test('forgets executions 90 days after their end', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'state-machines'), { recursive: true });
  const arn = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:m:${name}`;
  const records = (name: string, at: number) => [
    { type: 'started', arn: arn(name), name, stateMachine: 'm', input: '{}', startedAt: at },
    { type: 'ended', arn: arn(name), status: 'SUCCEEDED', endedAt: at, output: '{}' },
  ];
  const day = 24 * 3600 * 1000;
  const lines = [...records('old', Date.now() - 91 * day), ...records('young', Date.now() - 89 * day)];
  const file = join(folder, 'state-machines', 'executions.jsonl');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { clients } = await start({ folder });
  const describe = (name: string) =>
    clients.states.send(new DescribeExecutionCommand({ executionArn: arn(name) }));
  expect(await describe('young')).toMatchObject({ status: 'SUCCEEDED' });
  await expect(describe('old')).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  expect(await readFile(file, 'utf8')).not.toContain('old');
});

test('tells a token of an earlier start, which is late, from a forged one', async () => {
  const folder = await temporaryFolder();
  const given = Promise.withResolvers<string>();
  const first = await startTestSystem({ folder });
  const ask = first.register(async (payload) => given.resolve((payload as { token: string }).token));
  await first.start(
    await first.create({ StartAt: 'Ask', States: { Ask: invokeAndWait(ask, { End: true }) } }),
  );
  const taskToken = await given.promise;
  await first.close();
  const { clients } = await start({ folder });
  const answer = (token: string) =>
    clients.states.send(new SendTaskSuccessCommand({ taskToken: token, output: '{}' }));
  await expect(answer(taskToken)).rejects.toMatchObject({ name: 'TaskTimedOut' });
  await expect(answer(`${taskToken}x`)).rejects.toMatchObject({ name: 'InvalidToken' });
});

test('delivers after a kill what was accepted before it', async () => {
  const folder = await temporaryFolder();
  const { child, clients } = await startChild(folder);
  await put(clients, 'stuck', { n: 1 });
  expect(await child.next()).toMatchObject({ stuck: { detail: { n: 1 } } });
  await child.kill();
  const next = runChild('system-process.ts', [folder]);
  const lines = [await next.next(), await next.next()];
  expect(lines).toContainEqual({ stuck: expect.objectContaining({ source: 'stuck', detail: { n: 1 } }) });
});

test('gives up an event during whose attempts the process ended five times', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'events'), { recursive: true });
  const event = {
    version: '0',
    id: 'e1',
    'detail-type': 'poison',
    source: 'shop',
    account: '000000000000',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: {},
  };
  const records = [
    { type: 'accepted', event, rules: ['shop'] },
    ...[1, 2, 3, 4, 5].map((attempt) => ({ type: 'attempted', event: 'e1', rule: 'shop', attempt })),
  ];
  await writeFile(
    join(folder, 'events', 'events.jsonl'),
    records.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  let hasRun = false;
  const poison = async () => {
    hasRun = true;
  };
  const system = await start({
    folder,
    functions: () => ({ poison }),
    rules: [{ name: 'shop', pattern: { source: ['shop'] }, function: 'poison' }],
  });
  while (system.deadLetters().length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(system.deadLetters()).toMatchObject([
    { rule: 'shop', attempts: 5, reason: 'the system ended during the last attempt', event: { id: 'e1' } },
  ]);
  expect(hasRun).toBe(false);
});

test('acknowledges nothing that a full disk did not take, and keeps all it acknowledged', async () => {
  const folder = await temporaryFolder();
  // Files of at most 64 KB.
  const { child, clients } = await startChild(folder, 'ulimit -f 128');
  const text = 'x'.repeat(20_000);
  let acknowledged = 0;
  await expect(
    (async () => {
      for (;;) {
        await put(clients, 'stuck', { n: acknowledged + 1, text });
        acknowledged += 1;
      }
    })(),
  ).rejects.toMatchObject({
    name: 'InternalFailure',
    message: expect.stringContaining('the disk is full (EFBIG)'),
  });
  expect(acknowledged).toBe(3);
  let line: unknown;
  do line = await child.next();
  while (!JSON.stringify(line).includes('failed'));
  expect(line).toEqual({ failed: 'StoreUnavailable' });
  await child.kill();

  const got: number[] = [];
  const all = Promise.withResolvers<void>();
  await start({
    folder,
    functions: () => ({
      stuck: async (event) => {
        got.push((event as { detail: { n: number } }).detail.n);
        if (got.length === acknowledged) all.resolve();
      },
    }),
    rules: [{ name: 'stuck', pattern: { source: ['stuck'] }, function: 'stuck' }],
  });
  await all.promise;
  expect(got.sort()).toEqual([1, 2, 3]);
});
