import { failureMode, type Recovery } from '../../history/failure.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { isChange, pollInterval } from '../../pipeline/stage-class.ts';
import { changesOf, stagesOf } from '../../pipeline/steps.ts';
import { CONCLUDING, ENTER_ROLLBACK, OUTCOMES, undoLeaf } from '../leaves.ts';
import type { Recoveries } from '../recoveries.ts';
import type { MachineState } from '../transitions.ts';
import type { Outcome } from '../view.ts';
import type { Step } from './explore.ts';
import type { Situation } from './situation.ts';

/** What a stage's kind does about each way to fail. */
export type RecoveriesOf = (stage: Stage) => Recoveries;

/** Something that has to be true wherever it applies. `undefined`: it says nothing about this place. */
export type Law =
  | { readonly law: string; readonly ofSituation: (situation: Situation) => boolean | undefined }
  | { readonly law: string; readonly ofStep: (step: Step) => boolean | undefined };

/** The laws that can be judged at one place of the machine. */
export function localLaws(pipeline: Pipeline, recoveriesOf: RecoveriesOf): readonly Law[] {
  const stages = stagesOf(pipeline);
  const names = new Set(stages.map((stage) => stage.name));
  return [
    { law: 'a stop is accepted until the end', ofSituation: acceptsStop },
    {
      law: 'wherever work is done, its success and its failure are accepted',
      ofSituation: acceptsOutcomes(stages),
    },
    {
      law: 'every failure mode has a recovery, and the machine has a way for it',
      ofSituation: recovers(stages, recoveriesOf),
    },
    {
      law: 'after a failure no stage begins',
      ofSituation: ({ failed, state }) =>
        failed ? !state.leaves.some((leaf) => names.has(leaf)) : undefined,
    },
    { law: 'after a failure every begun change is undone', ofSituation: undoesAll },
    { law: 'changes are undone newest first', ofStep: undoesNewest },
    { law: 'no contract is followed by an undo', ofSituation: keepsContract(pipeline) },
    { law: 'an undo that fails ends in stuck, and nothing else does', ofSituation: isStuckRightly },
    { law: 'success means that every stage passed', ofSituation: isSuccessEarned(names) },
    {
      law: 'failed means that nothing was changed, rolledBack that something was',
      ofSituation: tellsChanged,
    },
    { law: 'every lease is released at every end but stuck', ofStep: releasesLeases(pipeline) },
    { law: 'changes are made under the lease of their environment', ofStep: changesUnderLease(pipeline) },
  ];
}

/** The outcome that a state is the end of; `undefined` where the deployment still runs. */
export function outcomeAt({ state }: Situation): Outcome | undefined {
  return OUTCOMES.find((outcome) => state.leaves.includes(outcome));
}

function acceptsStop(situation: Situation): boolean | undefined {
  if (outcomeAt(situation) !== undefined) return undefined;
  return situation.state.next('deployment.stopRequested') === situation.state;
}

function acceptsOutcomes(stages: readonly Stage[]): (situation: Situation) => boolean | undefined {
  const expected = new Map([
    [ENTER_ROLLBACK, ['rollback.admitted', 'rollback.refused']],
    ...stages.flatMap((stage): readonly (readonly [string, readonly string[]])[] => [
      [stage.name, ['passed', 'failed', 'refused'].map((fact) => `${stage.name}.${fact}`)],
      [undoLeaf(stage), ['undone', 'undoFailed'].map((fact) => `${stage.name}.${fact}`)],
    ]),
  ]);
  return ({ state }) => {
    const outcomes = state.leaves.flatMap((leaf) => expected.get(leaf) ?? []);
    return outcomes.length === 0 ? undefined : outcomes.every((event) => state.next(event) !== undefined);
  };
}

/** A failure that is tried again stays where it is; one that is compensated leaves; an extension is for what is measured again. */
function recovers(
  stages: readonly Stage[],
  recoveriesOf: RecoveriesOf,
): (situation: Situation) => boolean | undefined {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  return ({ state }) => {
    const here = state.leaves.flatMap((leaf) => byName.get(leaf) ?? []);
    if (here.length === 0) return undefined;
    return here.every((stage) =>
      failureMode.options.every((mode) => hasWay(state, stage, recoveriesOf(stage)[mode])),
    );
  };
}

function hasWay(state: MachineState, stage: Stage, chosen: Recovery | undefined): boolean {
  const staysAt = state.next(`${stage.name}.attemptFailed`) === state;
  const leadsTo = state.next(`${stage.name}.failed`);
  switch (chosen) {
    case undefined:
      return false;
    case 'retry':
      return staysAt;
    case 'extend':
      return staysAt && pollInterval(stage) !== undefined;
    case 'compensate':
      return leadsTo !== undefined && leadsTo !== state;
    default:
      return chosen satisfies never;
  }
}

/** Of a rollback this says nothing: its entry asks whether what gets the traffic back can live with what a contract left. */
function keepsContract(pipeline: Pipeline): (situation: Situation) => boolean | undefined {
  const lane = new Set(changesOf(pipeline).map(undoLeaf));
  return ({ contracted, state }) => (contracted ? !state.leaves.some((leaf) => lane.has(leaf)) : undefined);
}

function undoesAll(situation: Situation): boolean | undefined {
  const outcome = outcomeAt(situation);
  if (outcome === undefined || outcome === 'stuck' || !situation.failed) return undefined;
  return situation.begun.length === 0;
}

function undoesNewest({ from, event }: Step): boolean | undefined {
  const [subject, fact] = event.split('.');
  return fact === 'undone' ? from.begun.at(-1) === subject : undefined;
}

function isStuckRightly(situation: Situation): boolean | undefined {
  const outcome = outcomeAt(situation);
  return outcome === undefined ? undefined : (outcome === 'stuck') === situation.undoFailed;
}

function isSuccessEarned(names: ReadonlySet<string>): (situation: Situation) => boolean | undefined {
  return (situation) => {
    if (outcomeAt(situation) !== 'succeeded') return undefined;
    return !situation.failed && new Set(situation.passed).size === names.size;
  };
}

function tellsChanged(situation: Situation): boolean | undefined {
  const outcome = outcomeAt(situation);
  if (outcome === 'failed') return !situation.undone && situation.begun.length === 0;
  return outcome === 'rolledBack' ? situation.undone : undefined;
}

/** A lease is released by undoing the change that took it, or where the success is concluded. */
function releasesLeases(pipeline: Pipeline): (step: Step) => boolean | undefined {
  const leases = new Set(
    changesOf(pipeline)
      .filter((change) => change.kind === 'acquire')
      .map((change) => change.name),
  );
  return ({ from, to }) => {
    const outcome = outcomeAt(to);
    const held = from.begun.some((change) => leases.has(change));
    if (leases.size === 0 || outcome === undefined || outcome === 'stuck') return undefined;
    return !held || (outcome === 'succeeded' && from.state.leaves.includes(CONCLUDING.succeeded));
  };
}

function changesUnderLease(pipeline: Pipeline): (step: Step) => boolean | undefined {
  const needed = new Map(
    stagesOf(pipeline).flatMap((stage) => {
      if (!isChange(stage) || stage.kind === 'acquire' || stage.environment === undefined) return [];
      return [[stage.name, stage.environment] as const];
    }),
  );
  const taken = new Map(
    changesOf(pipeline).flatMap((change) =>
      change.kind === 'acquire' ? [[change.name, change.environment]] : [],
    ),
  );
  return ({ from, event, to }) => {
    if (event === 'rollback.admitted') return undefined;
    const begins = to.begun.filter((change) => needed.has(change) && !from.begun.includes(change));
    if (begins.length === 0) return undefined;
    const held = new Set(from.begun.map((change) => taken.get(change)));
    return begins.every((change) => held.has(needed.get(change)));
  };
}
