import { randomUUID } from 'node:crypto';
import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invoke, ROLE, startTestSystem, type TestSystem } from './test-system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
});
afterAll(() => system.close());

const send: TestSystem['clients']['states']['send'] = ((command: never) =>
  system.clients.states.send(command)) as never;
const passes = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } };
const UNKNOWN_MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:unknown';

describe('CreateStateMachine', () => {
  const create = (name: string, definition: object | string) =>
    send(
      new CreateStateMachineCommand({
        name,
        roleArn: ROLE,
        definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
      }),
    );

  test('gives an ARN by the name', async () => {
    const { stateMachineArn, creationDate } = await create('by-name', passes);
    expect(stateMachineArn).toBe('arn:aws:states:us-east-1:000000000000:stateMachine:by-name');
    expect(creationDate).toBeInstanceOf(Date);
  });

  test('finds the first one when repeated with the same definition', async () => {
    const first = await create('repeated', passes);
    const second = await create('repeated', passes);
    expect(second.stateMachineArn).toBe(first.stateMachineArn);
    expect(second.creationDate).toEqual(first.creationDate);
  });

  test('refuses another definition under the same name', async () => {
    await create('taken', passes);
    await expect(create('taken', { ...passes, Comment: 'other' })).rejects.toMatchObject({
      name: 'StateMachineAlreadyExists',
    });
  });

  test.each(['has space', 'a/b', 'star*', 'x'.repeat(81), 'line\nbreak', '../up'])(
    'refuses the name %j',
    async (name) => {
      await expect(create(name, passes)).rejects.toMatchObject({ name: 'InvalidName' });
    },
  );

  const one = (state: object) => ({ StartAt: 'A', States: { A: state } });
  test.each([
    ['text that is not JSON', '{', 'it is not JSON'],
    [
      'a start that does not exist',
      { StartAt: 'B', States: { A: { Type: 'Succeed' } } },
      'StartAt leads to B',
    ],
    ['a transition to nowhere', one({ Type: 'Pass', Next: 'B' }), 'state A leads to B'],
    [
      'a catch to nowhere',
      one(invoke('f', {}, { End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] })),
      'B',
    ],
    ['a state that ends in nothing', one({ Type: 'Pass' }), 'state A needs either Next or End'],
    [
      'a state that nothing reaches',
      { StartAt: 'A', States: { A: { Type: 'Succeed' }, B: { Type: 'Fail' } } },
      'never reached',
    ],
    ['a type that is not run', one({ Type: 'Map', End: true }), 'States.A'],
    [
      'a service that is not run',
      one({ Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true }),
      'Resource',
    ],
    [
      'a field that would be ignored',
      one(invoke('f', {}, { End: true, TimeoutSecondsPath: '$.t' })),
      'TimeoutSecondsPath',
    ],
    ['JSONata', { ...one({ Type: 'Succeed' }), QueryLanguage: 'JSONata' }, 'QueryLanguage'],
    ['a token where none is', one(invoke('f', { 't.$': '$$.Task.Token' }, { End: true })), '$$.Task.Token'],
    [
      'context that is not known',
      one(invoke('f', { 't.$': '$$.State.Name' }, { End: true })),
      '$$.State.Name',
    ],
    ['a wait without a time', one({ Type: 'Wait', End: true }), 'state A needs exactly one of'],
  ])('refuses %s', async (_, definition, message) => {
    await expect(create(`invalid-${randomUUID()}`, definition)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining(message),
    });
  });

  test('refuses the same state name inside a branch and outside', async () => {
    const branches = [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }];
    const definition = one({ Type: 'Parallel', Branches: branches, End: true });
    await expect(create('twice', definition)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining('state A exists twice'),
    });
  });

  test('creates one when asked many times at once', async () => {
    const created = await Promise.all(Array.from({ length: 8 }, () => create('at-once', passes)));
    expect(new Set(created.map(({ creationDate }) => creationDate?.getTime())).size).toBe(1);
  });
});

describe('DescribeStateMachine', () => {
  test('gives the definition as it was created', async () => {
    const stateMachineArn = await system.create(passes);
    expect(await send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      stateMachineArn,
      definition: JSON.stringify(passes),
      roleArn: ROLE,
      status: 'ACTIVE',
      type: 'STANDARD',
    });
  });

  test('knows which do not exist', async () => {
    await expect(
      send(new DescribeStateMachineCommand({ stateMachineArn: UNKNOWN_MACHINE })),
    ).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });

  test('is among those that are listed', async () => {
    const stateMachineArn = await system.create(passes);
    const { stateMachines } = await send(new ListStateMachinesCommand({}));
    expect(stateMachines?.map((machine) => machine.stateMachineArn)).toContain(stateMachineArn);
  });
});
