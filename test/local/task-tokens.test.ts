import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { invoke, invokeAndWait, startTestSystem, type TestSystem } from './test-system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system.close());

const withToken = z.object({ token: z.string() });

/** Starts a machine whose task waits for an answer, and gives the token its function got. */
async function startWaiting(more: object = { End: true }, others: object = {}) {
  const given = Promise.withResolvers<string>();
  const ask = system.register(async (payload) => given.resolve(withToken.parse(payload).token));
  const machine = await system.create({
    StartAt: 'Ask',
    States: { Ask: invokeAndWait(ask, more), ...others },
  });
  const arn = await system.start(machine, { kept: true });
  return { arn, token: await given.promise };
}

function succeed(taskToken: string, output: unknown) {
  const command = new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) });
  return system.clients.states.send(command);
}

function fail(taskToken: string, error: string, cause: string) {
  return system.clients.states.send(new SendTaskFailureCommand({ taskToken, error, cause }));
}

test('goes on with the answer to its token', async () => {
  const { arn, token } = await startWaiting();
  await succeed(token, { verdict: 'pass' });
  expect(await system.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"verdict":"pass"}' });
});

test('takes an answer that comes before its function has returned', async () => {
  const machine = await system.create({
    StartAt: 'Ask',
    States: {
      Ask: invokeAndWait(
        system.register(async (payload) => {
          await succeed(withToken.parse(payload).token, 'early');
        }),
        { End: true },
      ),
    },
  });
  expect(await system.ended(await system.start(machine))).toMatchObject({ output: '"early"' });
});

test('fails with the error that the answer reports', async () => {
  const { arn, token } = await startWaiting(
    { Next: 'Done', Catch: [{ ErrorEquals: ['BuildFailed'], ResultPath: '$.failure', Next: 'Caught' }] },
    { Done: { Type: 'Succeed' }, Caught: { Type: 'Succeed' } },
  );
  await fail(token, 'BuildFailed', 'exit 1');
  const { output } = await system.ended(arn);
  expect(JSON.parse(output ?? '')).toEqual({
    kept: true,
    failure: { Error: 'BuildFailed', Cause: 'exit 1' },
  });
});

test('fails when its function fails, and takes no answer after that', async () => {
  let token = '';
  const broken = system.register(async (payload) => {
    token = withToken.parse(payload).token;
    throw new TypeError('no');
  });
  const ending = await system.run({ StartAt: 'Ask', States: { Ask: invokeAndWait(broken, { End: true }) } });
  expect(ending).toMatchObject({ status: 'FAILED', error: 'TypeError' });
  await expect(succeed(token, {})).rejects.toMatchObject({ name: 'TaskTimedOut' });
});

test('takes the first of two answers and refuses the second', async () => {
  const { arn, token } = await startWaiting();
  await succeed(token, 'first');
  await expect(succeed(token, 'second')).rejects.toMatchObject({ name: 'TaskTimedOut' });
  await expect(fail(token, 'Late', '')).rejects.toMatchObject({ name: 'TaskTimedOut' });
  expect(await system.ended(arn)).toMatchObject({ output: '"first"' });
});

test('refuses a token that was never given out', async () => {
  const { arn, token } = await startWaiting();
  const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  for (const guess of [forged, 'guess', token.split('.')[0] ?? '', `${token}x`]) {
    await expect(succeed(guess, {})).rejects.toMatchObject({ name: 'InvalidToken' });
  }
  await succeed(token, 'right');
  expect(await system.ended(arn)).toMatchObject({ output: '"right"' });
});

test('refuses an answer that is not JSON, and waits on', async () => {
  const { arn, token } = await startWaiting();
  const broken = new SendTaskSuccessCommand({ taskToken: token, output: '{' });
  await expect(system.clients.states.send(broken)).rejects.toMatchObject({ name: 'InvalidOutput' });
  await succeed(token, 'right');
  expect(await system.ended(arn)).toMatchObject({ output: '"right"' });
});

test.concurrent('is timed out by a missed heartbeat, which a catch of States.Timeout catches', async () => {
  const { arn, token } = await startWaiting(
    { HeartbeatSeconds: 1, End: true, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }] },
    { Late: { Type: 'Pass', Parameters: { 'error.$': '$.Error' }, End: true } },
  );
  expect(await system.ended(arn)).toMatchObject({ output: '{"error":"States.HeartbeatTimeout"}' });
  await expect(succeed(token, {})).rejects.toMatchObject({ name: 'TaskTimedOut' });
  await expect(
    system.clients.states.send(new SendTaskHeartbeatCommand({ taskToken: token })),
  ).rejects.toMatchObject({ name: 'TaskTimedOut' });
});

test.concurrent('lives on while heartbeats come', async () => {
  const { arn, token } = await startWaiting({ HeartbeatSeconds: 1, End: true });
  const beats = setInterval(() => {
    void system.clients.states.send(new SendTaskHeartbeatCommand({ taskToken: token }));
  }, 200);
  // A wait of more than one heartbeat, by the interpreter's clock.
  const wait = await startWaiting({ HeartbeatSeconds: 1, End: true });
  await system.ended(wait.arn);
  clearInterval(beats);
  await succeed(token, 'alive');
  expect(await system.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"alive"' });
});

test.concurrent('takes no answer after its timeout', async () => {
  const { arn, token } = await startWaiting({ TimeoutSeconds: 1, End: true });
  expect(await system.ended(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  await expect(succeed(token, {})).rejects.toMatchObject({ name: 'TaskTimedOut' });
});

test('takes no answer once its execution was stopped', async () => {
  const { arn, token } = await startWaiting();
  await system.clients.states.send(new StopExecutionCommand({ executionArn: arn }));
  await expect(succeed(token, {})).rejects.toMatchObject({ name: 'TaskTimedOut' });
  expect(await system.ended(arn)).toMatchObject({ status: 'ABORTED' });
});

test('gives a new token to each attempt, and to each task that waits at the same time', async () => {
  const tokens: string[] = [];
  const answerSecond = system.register(async (payload) => {
    const { token } = withToken.parse(payload);
    tokens.push(token);
    if (tokens.length <= 2) throw new Error('again');
    await succeed(token, tokens.length);
  });
  const branch = (name: string) => ({
    StartAt: name,
    States: { [name]: invokeAndWait(answerSecond, { Retry: [{ ErrorEquals: ['Error'] }], End: true }) },
  });
  const ending = await system.run({
    StartAt: 'Both',
    States: { Both: { Type: 'Parallel', Branches: [branch('Left'), branch('Right')], End: true } },
  });
  expect(ending.status).toBe('SUCCEEDED');
  expect(new Set(tokens).size).toBe(4);
});

test('leaves input alone that looks like anything', async () => {
  const echo = system.register(async (payload) => payload);
  const input = { text: '$$.Task.Token {token} token-', nested: ['"', '\\', '\u2028'] };
  const task = invoke(echo, { 'input.$': '$' }, { OutputPath: '$.Payload.input', End: true });
  const { output } = await system.run({ StartAt: 'A', States: { A: task } }, input);
  expect(JSON.parse(output ?? '')).toEqual(input);
});
