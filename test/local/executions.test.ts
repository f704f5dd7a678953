import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invoke, startTestSystem, type TestSystem } from './test-system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system.close());

const send: TestSystem['clients']['states']['send'] = ((command: never) =>
  system.clients.states.send(command)) as never;
const passes = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } };
const UNKNOWN_MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:unknown';
const UNKNOWN_EXECUTION = 'arn:aws:states:us-east-1:000000000000:execution:unknown:unknown';

/** A machine whose only task runs until it is released. */
async function createHeld() {
  const released = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const held = system.register(async () => {
    entered.resolve();
    await released.promise;
    return 'done';
  });
  const arn = await system.create({ StartAt: 'Hold', States: { Hold: invoke(held, {}, { End: true }) } });
  return { arn, release: released.resolve, entered: entered.promise };
}

describe('StartExecution', () => {
  test('runs the machine on the input', async () => {
    const arn = await system.start(await system.create(passes), { deployment: 'd1' }, 'run-1');
    expect(arn).toMatch(/^arn:aws:states:us-east-1:000000000000:execution:machine-[0-9a-f-]+:run-1$/);
    expect(await system.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"deployment":"d1"}' });
  });

  test('finds the running execution when repeated with the same input', async () => {
    const { arn, release } = await createHeld();
    const command = new StartExecutionCommand({ stateMachineArn: arn, name: 'same', input: '{"a":1}' });
    const first = await send(command);
    const second = await send(command);
    expect(second.executionArn).toBe(first.executionArn);
    expect(second.startDate).toEqual(first.startDate);
    release();
  });

  test('starts one when asked many times at once', async () => {
    const { arn, release } = await createHeld();
    const command = () => new StartExecutionCommand({ stateMachineArn: arn, name: 'same', input: '{}' });
    const started = await Promise.all(Array.from({ length: 8 }, () => send(command())));
    expect(new Set(started.map(({ startDate }) => startDate?.getTime())).size).toBe(1);
    const { executions } = await send(new ListExecutionsCommand({ stateMachineArn: arn }));
    expect(executions).toHaveLength(1);
    release();
  });

  test('refuses the name of a running execution with another input', async () => {
    const { arn, release } = await createHeld();
    await system.start(arn, { a: 1 }, 'other');
    await expect(system.start(arn, { a: 2 }, 'other')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    release();
  });

  test('refuses the name of an execution that has ended, with the same input too', async () => {
    const machine = await system.create(passes);
    await system.ended(await system.start(machine, {}, 'over'));
    await expect(system.start(machine, {}, 'over')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test('makes up a name when there is none', async () => {
    const machine = await system.create(passes);
    const arns = [await system.start(machine), await system.start(machine)];
    expect(new Set(arns).size).toBe(2);
  });

  test('refuses what it cannot run', async () => {
    const machine = await system.create(passes);
    const start = (stateMachineArn: string, name: string, input: string) =>
      send(new StartExecutionCommand({ stateMachineArn, name, input }));
    await expect(start(UNKNOWN_MACHINE, 'a', '{}')).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(start('no arn', 'a', '{}')).rejects.toMatchObject({ name: 'InvalidArn' });
    await expect(start(machine, 'a b', '{}')).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(start(machine, 'a', '{')).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(start(machine, 'a', `"${'x'.repeat(262_144)}"`)).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
    });
  });
});

describe('StopExecution', () => {
  test('ends a running execution with the reason given, and runs nothing after it', async () => {
    const released = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const hold = system.register(async () => {
      entered.resolve();
      await released.promise;
    });
    let hasRun = false;
    const after = system.register(async () => {
      hasRun = true;
    });
    const machine = await system.create({
      StartAt: 'Hold',
      States: { Hold: invoke(hold, {}, { Next: 'After' }), After: invoke(after, {}, { End: true }) },
    });
    const executionArn = await system.start(machine);
    await entered.promise;
    const { stopDate } = await send(
      new StopExecutionCommand({ executionArn, error: 'stopped', cause: 'somebody asked for it' }),
    );
    released.resolve();
    expect(await system.ended(executionArn)).toMatchObject({ status: 'ABORTED' });
    expect(await send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'ABORTED',
      error: 'stopped',
      cause: 'somebody asked for it',
      stopDate,
    });
    expect(hasRun).toBe(false);
  });

  test('does not retry a task of an execution that was stopped', async () => {
    let attempts = 0;
    const failed = Promise.withResolvers<void>();
    const fails = system.register(async () => {
      attempts += 1;
      setImmediate(failed.resolve);
      throw new Error('again');
    });
    const machine = await system.create({
      StartAt: 'A',
      // Scaled down to 90 ms.
      States: {
        A: invoke(fails, {}, { End: true, Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 90 }] }),
      },
    });
    const executionArn = await system.start(machine);
    await failed.promise;
    await send(new StopExecutionCommand({ executionArn }));
    await system.ended(executionArn);
    expect(attempts).toBe(1);
  });

  test('leaves an execution that has ended as it is', async () => {
    const executionArn = await system.start(await system.create(passes));
    await system.ended(executionArn);
    await send(new StopExecutionCommand({ executionArn }));
    expect(await send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('knows which do not exist', async () => {
    const stop = (executionArn: string) => send(new StopExecutionCommand({ executionArn }));
    await expect(stop(UNKNOWN_EXECUTION)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    await expect(stop('no arn')).rejects.toMatchObject({ name: 'InvalidArn' });
  });
});

describe('DescribeExecution and ListExecutions', () => {
  test('describes a running execution', async () => {
    const { arn, release, entered } = await createHeld();
    const executionArn = await system.start(arn, { a: 1 }, 'described');
    await entered;
    const described = await send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({
      executionArn,
      stateMachineArn: arn,
      name: 'described',
      status: 'RUNNING',
      input: '{"a":1}',
    });
    expect(described.startDate).toBeInstanceOf(Date);
    expect(described.stopDate).toBeUndefined();
    release();
  });

  test('knows which do not exist', async () => {
    await expect(
      send(new DescribeExecutionCommand({ executionArn: UNKNOWN_EXECUTION })),
    ).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  });

  test('lists the newest first, by page and by status', async () => {
    const machine = await system.create(passes);
    for (const name of ['one', 'two', 'three']) await system.ended(await system.start(machine, {}, name));
    const first = await send(new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 2 }));
    const second = await send(
      new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 2, nextToken: first.nextToken }),
    );
    expect(first.executions?.map(({ name }) => name)).toEqual(['three', 'two']);
    expect(second.executions?.map(({ name }) => name)).toEqual(['one']);
    expect(second.nextToken).toBeUndefined();
    const failed = await send(
      new ListExecutionsCommand({ stateMachineArn: machine, statusFilter: 'FAILED' }),
    );
    expect(failed.executions).toEqual([]);
  });
});
