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

test('runs the branches of a parallel state side by side, each task with its own function', async () => {
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const meet = (own: 0 | 1) =>
    system.register(async (payload) => {
      both[own].resolve();
      await both[own === 0 ? 1 : 0].promise;
      return payload;
    });
  const branch = (name: string, functionName: string) => ({
    StartAt: name,
    States: { [name]: invoke(functionName, { name, 'd.$': '$.d' }, { OutputPath: '$.Payload', End: true }) },
  });
  const ending = await system.run(
    {
      StartAt: 'Both',
      States: {
        Both: { Type: 'Parallel', Branches: [branch('Left', meet(0)), branch('Right', meet(1))], End: true },
      },
    },
    { d: 'd1' },
  );
  expect(JSON.parse(ending.output ?? '')).toEqual([
    { name: 'Left', d: 'd1' },
    { name: 'Right', d: 'd1' },
  ]);
});

test('leaves a parallel state by its catch when one branch fails, whatever the other does', async () => {
  const released = Promise.withResolvers<void>();
  const slow = system.register(() => released.promise);
  const broken = system.register(async () => {
    throw named('StageFailed');
  });
  const undo = system.register(async (payload) => payload);
  const branch = (name: string, functionName: string) => ({
    StartAt: name,
    States: { [name]: invoke(functionName, {}, { End: true }) },
  });
  const ending = await system.run({
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        Branches: [branch('Slow', slow), branch('Broken', broken)],
        ResultPath: null,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Undo' }],
        End: true,
      },
      Undo: invoke(undo, { 'error.$': '$.failure.Error' }, { OutputPath: '$.Payload', End: true }),
    },
  });
  released.resolve();
  expect(ending).toMatchObject({ status: 'SUCCEEDED', output: '{"error":"StageFailed"}' });
});

test('does not try a branch again once its sibling has failed', async () => {
  const retrying = Promise.withResolvers<void>();
  let attempts = 0;
  const flaky = system.register(async () => {
    attempts += 1;
    setImmediate(() => setImmediate(retrying.resolve));
    throw named('AttemptFailed');
  });
  const broken = system.register(async () => {
    await retrying.promise;
    throw named('StageFailed');
  });
  const branch = (name: string, functionName: string) => ({
    StartAt: name,
    States: {
      [name]: invoke(
        functionName,
        {},
        // Scaled down to 90 s: it would end with the test at the latest.
        { Retry: [{ ErrorEquals: ['AttemptFailed'], IntervalSeconds: 90_000, MaxAttempts: 5 }], End: true },
      ),
    },
  });
  const later = system.register(async () => attempts);
  const ending = await system.run({
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        Branches: [branch('Flaky', flaky), branch('Broken', broken)],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Pause' }],
        End: true,
      },
      Pause: { Type: 'Wait', Seconds: 20, Next: 'Later' },
      Later: invoke(later, {}, { OutputPath: '$.Payload', End: true }),
    },
  });
  expect(ending).toMatchObject({ status: 'SUCCEEDED', output: '1' });
});
