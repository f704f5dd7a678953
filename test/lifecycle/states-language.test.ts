import aslValidator from 'asl-validator';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMachine } from '../../lib/lifecycle/machine.ts';
import { compileStatesLanguage, type StatesLanguage } from '../../lib/lifecycle/states-language.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { changesOf } from '../../lib/pipeline/steps.ts';
import { arbitraryPipeline } from './arbitrary-pipeline.ts';
import { pipelineOf } from './pipelines.ts';
import { SMALL_DOCUMENT } from './states-language.golden.ts';
import { allStates, leavesAfter, stateAfter } from './walk.ts';

const FUNCTIONS = {
  stage: 'nonevent-stage',
  undo: 'nonevent-undo',
  enter: 'nonevent-enter',
  conclude: 'nonevent-conclude',
};

test('a small pipeline becomes exactly this document', () => {
  const pipeline = pipelineOf('early: lint watch', 'custom notify', 'analysis observe');
  expect(compileStatesLanguage(pipeline, FUNCTIONS)).toEqual(SMALL_DOCUMENT);
});

test('a stage that awaits an answer is a task that waits for its token, with the rules of every other', () => {
  const { build, ask, ...others } = compileStatesLanguage(
    pipelineOf('build build', 'function ask'),
    FUNCTIONS,
  ).States;
  expect(build).toEqual({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: {
      FunctionName: 'nonevent-stage',
      Payload: { 'deployment.$': '$.deployment', stage: 'build', 'token.$': '$$.Task.Token' },
    },
    ResultPath: null,
    TimeoutSeconds: 55,
    Retry: compileStatesLanguage(pipelineOf('command build'), FUNCTIONS).States.build?.Retry,
    Catch: [
      { ErrorEquals: ['StageRefused'], ResultPath: '$.failure', Next: 'conclude failure' },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'conclude failure' },
    ],
    Next: 'ask',
  });
  expect(ask?.Resource).toBe('arn:aws:states:::lambda:invoke.waitForTaskToken');
  expect(JSON.stringify(others)).not.toContain('waitForTaskToken');
});

test('a lease that is waited for is asked for again and again, each time for moments only', () => {
  const waiting = (policy: 'queue' | 'reject' | undefined, timeout: number) => {
    const pipeline = pipelineOf('acquire production');
    const stages = pipeline.stages.map((stage) => ({ ...stage, policy, timeout })) as Pipeline['stages'];
    return compileStatesLanguage({ ...pipeline, stages }, FUNCTIONS).States;
  };
  const hour = waiting('queue', 3600);
  expect(hour['acquire-production']).toMatchObject({
    TimeoutSeconds: 135,
    Next: 'acquire-production again?',
  });
  expect(hour['acquire-production wait']).toEqual({ Type: 'Wait', Seconds: 5, Next: 'acquire-production' });
  expect(hour['undo acquire-production']).toMatchObject({ TimeoutSeconds: 75 });
  expect(waiting('queue', 60)['acquire-production wait']).toMatchObject({ Seconds: 1 });
  for (const policy of ['reject', undefined] as const)
    expect(waiting(policy, 60)).not.toHaveProperty('acquire-production wait');
});

test('the functions are placeholders for CloudFormation unless they are named', () => {
  const text = JSON.stringify(compileStatesLanguage(pipelineOf('custom notify')));
  expect([...new Set(text.match(/"FunctionName":"[^"]*"/g))]).toEqual([
    `"FunctionName":"\${stage}"`,
    `"FunctionName":"\${enter}"`,
    `"FunctionName":"\${undo}"`,
    `"FunctionName":"\${conclude}"`,
  ]);
});

test('a stage without retries is not tried again, and its invocation still is', () => {
  const { stages, ...rest } = pipelineOf('custom notify');
  const document = compileStatesLanguage({
    ...rest,
    stages: stages.map((stage) => ({ ...stage, retries: 0 })),
  });
  expect(document.States.notify?.Retry).toEqual([
    expect.objectContaining({ ErrorEquals: expect.arrayContaining(['StoreUnavailable']), MaxAttempts: 6 }),
  ]);
});

describe('for every pipeline', () => {
  test('the document is valid', () => {
    holds((pipeline) => {
      const { isValid, errorsText } = aslValidator(compileStatesLanguage(pipeline, FUNCTIONS));
      expect(errorsText()).toBe('');
      expect(isValid).toBe(true);
    }, 12);
  });

  test('the validator would find a broken document', () => {
    const { States, ...rest } = compileStatesLanguage(pipelineOf('custom notify'), FUNCTIONS);
    const { stuck: _, ...others } = States;
    expect(aslValidator({ ...rest, States: others }).isValid).toBe(false);
  });

  test('each name is unique in the whole document and at most 80 characters long', () => {
    holds((pipeline) => {
      const names = namesOf(compileStatesLanguage(pipeline));
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => name.length > 80)).toEqual([]);
    });
  });

  test('it has the states of the machine, and beyond them only the steps of polling', () => {
    holds((pipeline) => {
      const names = namesOf(compileStatesLanguage(pipeline));
      const own = names.filter((name) => !/^(?!undo ).+ (again\?|wait|done)$/.test(name));
      expect([...own].sort()).toEqual([...machineNames(pipeline)].sort());
    });
  });

  test('it goes where the machine goes: after a pass, a failure, a refusal and an undo', () => {
    holds((pipeline) => {
      const { States, StartAt } = compileStatesLanguage(pipeline);
      expect(enteredAt(States, StartAt, 'forward')).toEqual(leavesAfter(pipeline, 'deployment.started'));
      const rollback = stateAfter(pipeline).next('rollback.started')?.leaves;
      expect(enteredAt(States, StartAt, 'rollback')).toEqual(
        rollback ?? leavesAfter(pipeline, 'deployment.started'),
      );
      for (const state of allStates(pipeline)) {
        const [leaf = ''] = state.leaves;
        const documented = States[leaf];
        if (documented?.Type !== 'Task') continue;
        const { passed, failed, refused } = eventsOf(leaf);
        expect(leavesAt(States, afterPolling(States, leaf))).toEqual(state.next(passed)?.leaves);
        const caught = catchersOf(documented);
        if (failed !== undefined)
          expect(leavesAt(States, caught['States.ALL'])).toEqual(state.next(failed)?.leaves);
        if (refused !== undefined)
          expect(leavesAt(States, caught.StageRefused)).toEqual(state.next(refused)?.leaves);
      }
    });
  });

  test('a parallel group goes where the machine goes, from each of its checks', () => {
    holds((pipeline) => {
      const { States } = compileStatesLanguage(pipeline);
      for (const state of allStates(pipeline)) {
        const group = Object.values(States).find((candidate) =>
          branchesOf(candidate).includes(state.leaves[0] ?? ''),
        );
        if (group === undefined) continue;
        const caught = leavesAt(States, catchersOf(group)['States.ALL']);
        for (const leaf of state.leaves) {
          expect(state.next(`${leaf}.failed`)?.leaves).toEqual(caught);
          expect(state.next(`${leaf}.refused`)?.leaves).toEqual(caught);
        }
        if (state.leaves.length > 1) continue;
        expect(state.next(`${state.leaves[0]}.passed`)?.leaves).toEqual(
          leavesAt(States, group.Next as string),
        );
      }
    });
  });

  test('only success is an execution that succeeded', () => {
    holds((pipeline) => {
      const { States } = compileStatesLanguage(pipeline);
      expect(States.succeeded).toEqual({ Type: 'Succeed' });
      for (const outcome of changesOf(pipeline).length === 0
        ? ['failed']
        : ['failed', 'rolledBack', 'stuck']) {
        expect(States[outcome]).toEqual({
          Type: 'Fail',
          Error: outcome,
          CausePath: '$.conclusion.diagnosis',
        });
      }
    });
  });
});

test('a stage named like a step of the document keeps its own state', () => {
  const { States, StartAt } = compileStatesLanguage(pipelineOf('custom enter', 'custom wait'));
  expect(States[StartAt]?.Type).toBe('Choice');
  expect(States.enter?.Type).toBe('Task');
  expect(stateAfter(pipelineOf('custom enter'), 'deployment.started').leaves).toEqual(['enter']);
});

type States = StatesLanguage['States'];

function holds(law: (pipeline: Pipeline) => void, numRuns = 40): void {
  fc.assert(fc.property(arbitraryPipeline, law), { numRuns });
}

function namesOf({ States }: { readonly States: States }): readonly string[] {
  return Object.entries(States).flatMap(([name, state]) => {
    const branches = (state.Branches ?? []) as readonly { readonly States: States }[];
    return [name, ...branches.flatMap(namesOf)];
  });
}

/** The machine's states: the outer ones, and the check of each region. */
function machineNames(pipeline: Pipeline): readonly string[] {
  return Object.values(compileMachine(pipeline).root.states).flatMap((node) => [
    node.key,
    ...(node.type === 'parallel' ? Object.keys(node.states) : []),
  ]);
}

function enteredAt(states: States, start: string, entry: string): readonly string[] {
  const choice = states[start];
  // Without a change there is nothing to choose.
  if (choice?.Type === 'Pass') return leavesAt(states, choice.Next as string);
  const choices = choice?.Choices as readonly { readonly StringEquals: string; readonly Next: string }[];
  const chosen = choices.find((candidate) => candidate.StringEquals === entry)?.Next;
  return leavesAt(states, chosen ?? (choice?.Default as string));
}

/** The machine's leaves that a state of the document stands for. */
function leavesAt(states: States, name: string | undefined): readonly string[] {
  const state = states[name ?? ''];
  if (name === undefined || state === undefined) return [];
  return state.Type === 'Parallel' ? branchesOf(state) : [name];
}

function branchesOf(state: States[string]): readonly string[] {
  const branches = (state.Branches ?? []) as readonly { readonly StartAt: string }[];
  return branches.map((branch) => branch.StartAt);
}

function afterPolling(states: States, leaf: string): string {
  const next = states[leaf]?.Next as string;
  const following = states[next];
  return following?.Type === 'Choice' ? (following.Default as string) : next;
}

function catchersOf(state: States[string]): Readonly<Record<string, string>> {
  const catchers = (state.Catch ?? []) as readonly {
    readonly ErrorEquals: readonly string[];
    readonly Next: string;
  }[];
  return Object.fromEntries(
    catchers.flatMap(({ ErrorEquals, Next }) => ErrorEquals.map((error) => [error, Next])),
  );
}

function eventsOf(leaf: string): {
  readonly passed: string;
  readonly failed?: string;
  readonly refused?: string;
} {
  if (leaf === 'conclude success') return { passed: 'deployment.succeeded' };
  if (leaf === 'conclude failure') return { passed: 'deployment.failed' };
  if (leaf === 'conclude rollback') return { passed: 'deployment.rolledBack' };
  if (leaf === 'conclude stuck') return { passed: 'deployment.stuck' };
  if (leaf === 'enter rollback') return { passed: 'rollback.admitted', failed: 'rollback.refused' };
  const undoing = /^undo (.+)$/.exec(leaf)?.[1];
  if (undoing !== undefined) return { passed: `${undoing}.undone`, failed: `${undoing}.undoFailed` };
  return { passed: `${leaf}.passed`, failed: `${leaf}.failed`, refused: `${leaf}.refused` };
}
