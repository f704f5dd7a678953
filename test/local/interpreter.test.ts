import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoke, startTestSystem, type TestSystem } from './test-system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system.close());

function named(name: string, message = 'told'): Error {
  return Object.assign(new Error(message), { name });
}

test('gives a function its payload and takes the result as Lambda gives it', async () => {
  const add = system.register(async (payload) => ({ seen: payload }));
  const ending = await system.run(
    { StartAt: 'A', States: { A: invoke(add, { 'd.$': '$.deployment', stage: 'a' }, { End: true }) } },
    { deployment: 'd1' },
  );
  expect(JSON.parse(ending.output ?? '')).toEqual({
    ExecutedVersion: '$LATEST',
    Payload: { seen: { d: 'd1', stage: 'a' } },
    StatusCode: 200,
  });
});

test('gives the ids of execution and state machine from the context object', async () => {
  const echo = system.register(async (payload) => payload);
  const task = invoke(
    echo,
    {
      'id.$': '$$.Execution.Id',
      'name.$': '$$.Execution.Name',
      'input.$': '$$.Execution.Input.x',
      'at.$': '$$.Execution.StartTime',
      'machine.$': '$$.StateMachine.Id',
    },
    { End: true, OutputPath: '$.Payload' },
  );
  const machine = await system.create({ StartAt: 'A', States: { A: task } });
  const arn = await system.start(machine, { x: 7 }, 'context');
  const { output } = await system.ended(arn);
  expect(JSON.parse(output ?? '')).toEqual({
    id: arn,
    name: 'context',
    input: 7,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    machine,
  });
});

test('knows a function by its ARN too', async () => {
  const echo = system.register(async (payload) => payload);
  const task = invoke(`arn:aws:lambda:us-east-1:000000000000:function:${echo}:live`, { a: 1 }, { End: true });
  const { output } = await system.run({ StartAt: 'A', States: { A: task } });
  expect(JSON.parse(output ?? '').Payload).toEqual({ a: 1 });
});

test('fails a task whose function does not exist', async () => {
  const ending = await system.run({ StartAt: 'A', States: { A: invoke('nobody', {}, { End: true }) } });
  expect(ending).toMatchObject({ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' });
});

test('asks again after a wait until a choice says enough', async () => {
  let polls = 0;
  const poll = system.register(async () => {
    polls += 1;
    return { continue: polls < 3 };
  });
  const again = {
    ResultSelector: { 'continue.$': '$.Payload.continue' },
    ResultPath: '$.poll',
    Next: 'Again?',
  };
  const ending = await system.run({
    StartAt: 'Poll',
    States: {
      Poll: invoke(poll, {}, again),
      'Again?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.poll.continue', BooleanEquals: true, Next: 'Wait' }],
        Default: 'Done',
      },
      Wait: { Type: 'Wait', Seconds: 10, Next: 'Poll' },
      Done: { Type: 'Succeed' },
    },
  });
  expect(ending.status).toBe('SUCCEEDED');
  expect(polls).toBe(3);
});

test('tries again what fails by a name that may be retried, and no more often than it may', async () => {
  let attempts = 0;
  const flaky = system.register(async () => {
    attempts += 1;
    throw named('AttemptFailed', `attempt ${attempts}`);
  });
  const retry = [
    { ErrorEquals: ['AttemptFailed'], MaxAttempts: 3, IntervalSeconds: 1, JitterStrategy: 'FULL' },
  ];
  const ending = await system.run({
    StartAt: 'A',
    States: { A: invoke(flaky, {}, { Retry: retry, End: true }) },
  });
  expect(attempts).toBe(4);
  expect(ending).toMatchObject({ status: 'FAILED', error: 'AttemptFailed' });
  expect(JSON.parse(ending.cause ?? '')).toMatchObject({
    errorType: 'AttemptFailed',
    errorMessage: 'attempt 4',
  });
});

test('does not try again what fails by another name', async () => {
  let attempts = 0;
  const broken = system.register(async () => {
    attempts += 1;
    throw named('StageFailed');
  });
  const retry = [{ ErrorEquals: ['AttemptFailed'] }];
  await system.run({ StartAt: 'A', States: { A: invoke(broken, {}, { Retry: retry, End: true }) } });
  expect(attempts).toBe(1);
});

test('catches a failure by its name and puts it where it is asked for', async () => {
  const broken = system.register(async () => {
    throw named('StageFailed', 'latency too high');
  });
  const undo = system.register(async (payload) => payload);
  const ending = await system.run(
    {
      StartAt: 'A',
      States: {
        A: invoke(
          broken,
          {},
          {
            Next: 'Never',
            Catch: [
              { ErrorEquals: ['StageRefused'], ResultPath: '$.failure', Next: 'Never' },
              { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Undo' },
            ],
          },
        ),
        Never: { Type: 'Fail', Error: 'wrong' },
        Undo: invoke(
          undo,
          { 'failure.$': '$.failure', 'd.$': '$.d' },
          { ResultPath: '$.undone', Next: 'Failed' },
        ),
        Failed: { Type: 'Fail', Error: 'rolledBack', CausePath: '$.undone.Payload.failure.Cause' },
      },
    },
    { d: 'd1', failure: null },
  );
  expect(ending).toMatchObject({ status: 'FAILED', error: 'rolledBack' });
  expect(JSON.parse(ending.cause ?? '')).toMatchObject({
    errorType: 'StageFailed',
    errorMessage: 'latency too high',
  });
});

test.concurrent('times a task out, and goes on while its function still runs', async () => {
  const released = Promise.withResolvers<void>();
  const slow = system.register(() => released.promise);
  const ending = await system.run({
    StartAt: 'A',
    States: {
      A: invoke(
        slow,
        {},
        { TimeoutSeconds: 1, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }], End: true },
      ),
      Late: { Type: 'Succeed' },
    },
  });
  expect(ending.status).toBe('SUCCEEDED');
  released.resolve();
});

test.concurrent('ends the whole execution at its own timeout', async () => {
  const released = Promise.withResolvers<void>();
  const slow = system.register(() => released.promise);
  const ending = await system.run({
    StartAt: 'A',
    TimeoutSeconds: 1,
    States: { A: invoke(slow, {}, { End: true }) },
  });
  expect(ending).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
  released.resolve();
});

test('gives a task without a timeout as much time as a year-long one', async () => {
  const quick = system.register(async () => 'done');
  const year = 365 * 24 * 3600;
  const ending = await system.run({
    StartAt: 'A',
    TimeoutSeconds: year,
    States: {
      A: invoke(quick, {}, { Next: 'B' }),
      B: invoke(quick, {}, { TimeoutSeconds: year, End: true }),
    },
  });
  expect(ending.status).toBe('SUCCEEDED');
});

test('fails a task whose result is larger than Step Functions takes', async () => {
  const large = system.register(async () => 'x'.repeat(262_144));
  const ending = await system.run({ StartAt: 'A', States: { A: invoke(large, {}, { End: true }) } });
  expect(ending).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});
