import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OUTCOMES } from '../../lib/lifecycle/leaves.ts';
import { compileMachine } from '../../lib/lifecycle/machine.ts';
import { arbitraryPipeline } from './arbitrary-pipeline.ts';
import { pipelineOf } from './pipelines.ts';
import { allStates, leavesAfter, stateAfter } from './walk.ts';

const PIPELINE = pipelineOf('command unit', 'acquire production', 'place blue', 'http smoke', 'shift all');
const FORWARD = [
  'deployment.started',
  'unit.passed',
  'acquire-production.passed',
  'blue.passed',
  'smoke.passed',
] as const;

describe('the forward lane', () => {
  test('goes through the stages as they are written, to success', () => {
    expect(leavesAfter(PIPELINE)).toEqual(['requested']);
    expect(leavesAfter(PIPELINE, 'deployment.started')).toEqual(['unit']);
    expect(leavesAfter(PIPELINE, ...FORWARD)).toEqual(['all']);
    expect(leavesAfter(PIPELINE, ...FORWARD, 'all.passed')).toEqual(['conclude success']);
    expect(leavesAfter(PIPELINE, ...FORWARD, 'all.passed', 'deployment.succeeded')).toEqual(['succeeded']);
  });

  test('stays where it is while a stage is started, measured or tried again', () => {
    const events = [
      'deployment.started',
      'unit.started',
      'unit.attemptFailed',
      'unit.started',
      'unit.measured',
    ];
    expect(leavesAfter(PIPELINE, ...events)).toEqual(['unit']);
  });

  test('takes that an answer is awaited only of a stage that awaits one, and stays where it is', () => {
    const waiting = pipelineOf('build unit', 'custom notify');
    expect(leavesAfter(waiting, 'deployment.started', 'unit.started', 'unit.awaiting')).toEqual(['unit']);
    expect(stateAfter(PIPELINE, 'deployment.started').next('unit.awaiting')).toBeUndefined();
  });

  test('takes a check from an earlier deployment and never a change', () => {
    expect(leavesAfter(PIPELINE, 'deployment.started', 'unit.reused')).toEqual(['acquire-production']);
    expect(
      stateAfter(PIPELINE, 'deployment.started', 'unit.passed').next('acquire-production.reused'),
    ).toBeUndefined();
  });

  test('refuses what a stage does that is not on', () => {
    const state = stateAfter(PIPELINE, 'deployment.started');
    expect(state.next('blue.passed')).toBeUndefined();
    expect(state.next('unit.undone')).toBeUndefined();
    expect(state.next('deployment.started')).toBeUndefined();
    expect(state.next('no such event')).toBeUndefined();
  });
});

describe('the undo lane', () => {
  const UNDOING = [...FORWARD, 'all.failed'] as const;

  test('begins at the failing change and undoes the newest first', () => {
    expect(leavesAfter(PIPELINE, ...UNDOING)).toEqual(['undo all']);
    expect(leavesAfter(PIPELINE, ...UNDOING, 'all.undone')).toEqual(['undo blue']);
    expect(leavesAfter(PIPELINE, ...UNDOING, 'all.undone', 'blue.undone')).toEqual([
      'undo acquire-production',
    ]);
    expect(
      leavesAfter(
        PIPELINE,
        ...UNDOING,
        'all.undone',
        'blue.undone',
        'acquire-production.undone',
        'deployment.rolledBack',
      ),
    ).toEqual(['rolledBack']);
  });

  test('does not undo a change that never began', () => {
    expect(leavesAfter(PIPELINE, ...FORWARD, 'all.refused')).toEqual(['undo blue']);
    expect(leavesAfter(PIPELINE, ...FORWARD.slice(0, 2), 'acquire-production.refused')).toEqual([
      'conclude failure',
    ]);
  });

  test('begins at the newest change when a check fails', () => {
    expect(leavesAfter(PIPELINE, ...FORWARD.slice(0, 4), 'smoke.failed')).toEqual(['undo blue']);
    expect(leavesAfter(PIPELINE, ...FORWARD.slice(0, 4), 'smoke.refused')).toEqual(['undo blue']);
  });

  test('is not entered when a check fails before any change', () => {
    expect(leavesAfter(PIPELINE, 'deployment.started', 'unit.failed')).toEqual(['conclude failure']);
    expect(leavesAfter(PIPELINE, 'deployment.started', 'unit.failed', 'deployment.failed')).toEqual([
      'failed',
    ]);
  });

  test('tries again in the same state, and is stuck when that fails for good', () => {
    expect(leavesAfter(PIPELINE, ...UNDOING, 'all.undoAttemptFailed')).toEqual(['undo all']);
    expect(leavesAfter(PIPELINE, ...UNDOING, 'all.undone', 'blue.undoFailed')).toEqual(['conclude stuck']);
    expect(leavesAfter(PIPELINE, ...UNDOING, 'all.undoFailed', 'deployment.stuck')).toEqual(['stuck']);
  });

  test('is entered from its start for a rollback, once it is admitted', () => {
    expect(leavesAfter(PIPELINE, 'rollback.started')).toEqual(['enter rollback']);
    expect(leavesAfter(PIPELINE, 'rollback.started', 'rollback.admitted')).toEqual(['undo all']);
  });

  test('is not entered for a rollback that is refused, which has changed nothing', () => {
    expect(leavesAfter(PIPELINE, 'rollback.started', 'rollback.refused')).toEqual(['conclude failure']);
    expect(leavesAfter(PIPELINE, 'rollback.started', 'rollback.refused', 'deployment.failed')).toEqual([
      'failed',
    ]);
  });

  test('is not there without a change: there is nothing to roll back', () => {
    expect(stateAfter(pipelineOf('command unit')).next('rollback.started')).toBeUndefined();
  });
});

describe('a parallel group', () => {
  const GROUPED = pipelineOf('custom prepare', 'tests: lint unit', 'custom finish');
  const ENTERED = ['deployment.started', 'prepare.passed'] as const;

  test('runs its checks side by side and goes on when all have passed, in any order', () => {
    expect(leavesAfter(GROUPED, ...ENTERED)).toEqual(['lint', 'unit']);
    expect(leavesAfter(GROUPED, ...ENTERED, 'unit.passed')).toEqual(['lint']);
    expect(leavesAfter(GROUPED, ...ENTERED, 'unit.passed', 'lint.reused')).toEqual(['finish']);
    expect(leavesAfter(GROUPED, ...ENTERED, 'lint.passed', 'unit.passed')).toEqual(['finish']);
  });

  test('leaves for the newest change when one check fails, whatever the others do', () => {
    expect(leavesAfter(GROUPED, ...ENTERED, 'lint.failed')).toEqual(['undo prepare']);
    expect(leavesAfter(GROUPED, ...ENTERED, 'lint.passed', 'unit.refused')).toEqual(['undo prepare']);
  });

  test('refuses the late outcome of a sibling, and a second outcome', () => {
    expect(stateAfter(GROUPED, ...ENTERED, 'lint.failed').next('unit.passed')).toBeUndefined();
    expect(stateAfter(GROUPED, ...ENTERED, 'lint.passed').next('lint.passed')).toBeUndefined();
  });

  test('comes first in a pipeline as well as later', () => {
    expect(leavesAfter(pipelineOf('tests: lint unit'), 'deployment.started')).toEqual(['lint', 'unit']);
    expect(leavesAfter(pipelineOf('tests: lint unit'), 'deployment.started', 'lint.failed')).toEqual([
      'conclude failure',
    ]);
  });
});

test('a stop is accepted in every state but the ends, and moves nothing', () => {
  fc.assert(
    fc.property(arbitraryPipeline, (pipeline) => {
      for (const state of allStates(pipeline)) {
        const isEnd = OUTCOMES.some((outcome) => state.leaves.includes(outcome));
        expect(state.next('deployment.stopRequested')).toBe(isEnd ? undefined : state);
      }
    }),
    { numRuns: 30 },
  );
});

test('every state can be reached, for Step Functions refuses one that cannot', () => {
  fc.assert(
    fc.property(arbitraryPipeline, (pipeline) => {
      const reached = new Set(allStates(pipeline).flatMap((state) => state.leaves));
      const leaves = Object.values(compileMachine(pipeline).root.states).flatMap((node) =>
        node.type === 'parallel' ? Object.keys(node.states) : [node.key],
      );
      expect(leaves.filter((leaf) => !reached.has(leaf))).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test('there is one object per state: a group of six checks has 64 of them, the passed one included', () => {
  const states = allStates(pipelineOf('tests: a b c d e f', 'command last'));
  const inGroup = states.filter((state) => state.leaves.some((leaf) => 'abcdef'.includes(leaf)));
  expect(inGroup).toHaveLength(63);
  expect(new Set(inGroup.map((state) => [...state.leaves].sort().join())).size).toBe(63);
});
