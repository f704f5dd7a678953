import { type AnyStateMachine, createMachine } from 'xstate';
import type { ParallelGroup, Pipeline, Step } from '../pipeline/pipeline.ts';
import type { ChangeStage, Stage } from '../pipeline/stage.ts';
import { awaitsAnswer, isChange } from '../pipeline/stage-class.ts';
import { isParallel } from '../pipeline/steps.ts';
import { CONCLUDING, ENTER_ROLLBACK, OUTCOMES, PASSED, REQUESTED, undoLeaf } from './leaves.ts';
import type { Outcome } from './view.ts';
import { concludeWork, enterWork, type LeafMeta, stageWork, undoWork } from './work.ts';

/**
 * Compiles a pipeline to its machine: control state only, without guards, context or actions, hence finite.
 *
 * Forward through the steps; on failure into the undo lane, which is the changes newest first, entered at the failing
 * change itself, or past it where it never began (`refused`). A rollback enters the lane from its start. An undo that fails for good leads to `stuck` and nowhere else.
 */
export function compileMachine(pipeline: Pipeline): AnyStateMachine {
  const steps = pipeline.stages;
  const nextOf = (index: number): string => nameOfStep(steps[index + 1]) ?? CONCLUDING.succeeded;
  const begun = steps.map((_, index) => changesIn(steps.slice(0, index)));
  const changes = changesIn(steps);
  // Without a change there is nothing to undo; Step Functions refuses a state that cannot be reached.
  const outcomes = changes.length === 0 ? (['succeeded', 'failed'] as const) : OUTCOMES;

  const forward = steps.map((step, index) => {
    const before = begun[index] ?? [];
    return isParallel(step)
      ? ([step.parallel, parallelState(step, nextOf(index), laneEntry(before))] as const)
      : ([step.name, stageState(step, nextOf(index), before)] as const);
  });
  const lane = changes.map(
    (change, index) => [undoLeaf(change), undoState(change, changes.slice(0, index))] as const,
  );

  return createMachine({
    id: 'deployment',
    initial: REQUESTED,
    states: {
      [REQUESTED]: requestedState(nextOf(-1), changes),
      ...Object.fromEntries(forward),
      ...(changes.length === 0 ? {} : { [ENTER_ROLLBACK]: enterRollbackState(laneEntry(changes)) }),
      ...Object.fromEntries(lane),
      ...concludingStates(outcomes),
      ...Object.fromEntries(outcomes.map((outcome) => [outcome, { type: 'final' }])),
    },
  } as Parameters<typeof createMachine>[0]);
}

type StateConfig = { readonly on: Readonly<Record<string, string>>; readonly meta?: LeafMeta };

const STOP = 'deployment.stopRequested';

/** Without a change there is nothing to roll back. */
function requestedState(first: string, changes: readonly ChangeStage[]): StateConfig {
  const forward = { 'deployment.started': first, [STOP]: REQUESTED };
  return { on: changes.length === 0 ? forward : { ...forward, 'rollback.started': ENTER_ROLLBACK } };
}

function enterRollbackState(lane: string): StateConfig {
  return {
    on: { 'rollback.admitted': lane, 'rollback.refused': CONCLUDING.failed, [STOP]: ENTER_ROLLBACK },
    meta: { work: enterWork() },
  };
}

function stageState(stage: Stage, next: string, before: readonly ChangeStage[]): StateConfig {
  const past = laneEntry(before);
  return {
    on: {
      ...stageEvents(stage, next),
      [`${stage.name}.refused`]: past,
      [`${stage.name}.failed`]: isChange(stage) ? undoLeaf(stage) : past,
    },
    meta: { work: stageWork(stage) },
  };
}

/** Each region holds its check and a final state; the group is done when every region has passed. */
function parallelState(group: ParallelGroup, next: string, lane: string): object {
  const regions = group.stages.map((stage) => {
    const leaf: StateConfig = {
      on: {
        ...stageEvents(stage, PASSED),
        [`${stage.name}.refused`]: `#deployment.${lane}`,
        [`${stage.name}.failed`]: `#deployment.${lane}`,
      },
      meta: { work: stageWork(stage) },
    };
    return [
      stage.name,
      { initial: stage.name, states: { [stage.name]: leaf, [PASSED]: { type: 'final' } } },
    ] as const;
  });
  return { type: 'parallel', states: Object.fromEntries(regions), onDone: next };
}

/** Events that a running stage takes. Those that target the stage itself only say that they are legal here. */
function stageEvents(stage: Stage, next: string): Record<string, string> {
  const { name } = stage;
  return {
    [`${name}.started`]: name,
    ...(awaitsAnswer(stage) ? { [`${name}.awaiting`]: name } : {}),
    [`${name}.measured`]: name,
    [`${name}.attemptFailed`]: name,
    [`${name}.passed`]: next,
    // A change is made again in each deployment: only what a check found may be taken over from another one.
    ...(isChange(stage) ? {} : { [`${name}.reused`]: next }),
    [STOP]: name,
  };
}

function undoState(change: ChangeStage, before: readonly ChangeStage[]): StateConfig {
  const leaf = undoLeaf(change);
  const previous = before.at(-1);
  return {
    on: {
      [`${change.name}.undoAttemptFailed`]: leaf,
      [`${change.name}.undone`]: previous === undefined ? CONCLUDING.rolledBack : undoLeaf(previous),
      [`${change.name}.undoFailed`]: CONCLUDING.stuck,
      [STOP]: leaf,
    },
    meta: { work: undoWork(change) },
  };
}

function concludingStates(outcomes: readonly Outcome[]): Record<string, StateConfig> {
  return Object.fromEntries(
    outcomes.map((outcome) => [
      CONCLUDING[outcome],
      {
        on: { [`deployment.${outcome}`]: outcome, [STOP]: CONCLUDING[outcome] },
        meta: { work: concludeWork(outcome) },
      },
    ]),
  );
}

/** Where a failure leads when these changes have begun. */
function laneEntry(begun: readonly ChangeStage[]): string {
  const newest = begun.at(-1);
  return newest === undefined ? CONCLUDING.failed : undoLeaf(newest);
}

function changesIn(steps: readonly Step[]): readonly ChangeStage[] {
  return steps.flatMap((step) => (isParallel(step) ? [] : [step])).filter(isChange);
}

function nameOfStep(step: Step | undefined): string | undefined {
  if (step === undefined) return undefined;
  return isParallel(step) ? step.parallel : step.name;
}
