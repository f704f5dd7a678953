import type { Pipeline } from '../pipeline/pipeline.ts';
import { isParallel } from '../pipeline/steps.ts';
import { findCircle, findEndless } from './prove/ending.ts';
import { type Exploration, explore } from './prove/explore.ts';
import { type Law, localLaws, type RecoveriesOf } from './prove/laws.ts';
import { eventsTo } from './prove/situation.ts';
import { initialState, type MachineState } from './transitions.ts';

/** What was found about one law. */
export type ProvenLaw = {
  readonly law: string;
  readonly holds: boolean;
  /** At how many places of the machine the law had something to say. */
  readonly checked: number;
  /** The events of a shortest way to where the law is broken. */
  readonly counterexample?: readonly string[];
};

export type Proof = {
  /** Whether every law holds. */
  readonly holds: boolean;
  /** Whether the machine was small enough to be looked at as a whole; otherwise nothing is proven of it. */
  readonly explored: boolean;
  /** States of the machine. */
  readonly states: number;
  /** States, told apart by what the way to them has done. */
  readonly situations: number;
  /** Events, each counted wherever it is legal. */
  readonly steps: number;
  readonly laws: readonly ProvenLaw[];
};

/** A machine with more situations than this is not proven: a group of 12 checks has 4096 states, one of 20 a million. */
const SITUATIONS_AT_MOST = 5000;

/**
 * Explores a pipeline's whole machine and judges the laws of a deployment everywhere in it. A proof, not a sample: the
 * machine is finite and has no guards, so nothing outside of it decides where an event leads.
 *
 * Of a machine that is too large only the first law is reported, as broken: a part of a machine proves nothing. Give
 * `start` to judge another machine than the one that the pipeline compiles to, and `room` to give up earlier.
 */
export function prove(
  pipeline: Pipeline,
  recoveriesOf: RecoveriesOf,
  { start, room = SITUATIONS_AT_MOST }: { readonly start?: MachineState; readonly room?: number } = {},
): Proof {
  if (statesAtLeast(pipeline) > room) return TOO_LARGE;
  const exploration = explore(pipeline, start ?? initialState(pipeline), room);
  const { situations, steps, unexplored } = exploration;
  const places = situations.length;
  const whole = proven(WHOLE, places, unexplored && eventsTo(unexplored));
  const laws = [whole, ...(whole.holds ? judgeAll(pipeline, exploration, recoveriesOf) : [])];
  return {
    holds: laws.every((law) => law.holds),
    explored: whole.holds,
    states: new Set(situations.map((situation) => situation.state)).size,
    situations: places,
    steps: steps.length,
    laws,
  };
}

const WHOLE = 'the whole machine was explored';

const TOO_LARGE: Proof = {
  holds: false,
  explored: false,
  states: 0,
  situations: 0,
  steps: 0,
  laws: [{ law: WHOLE, holds: false, checked: 0 }],
};

/** Each combination of passed checks in a group is a state of its own. */
function statesAtLeast(pipeline: Pipeline): number {
  return pipeline.stages.reduce((sum, step) => sum + (isParallel(step) ? 2 ** step.stages.length : 1), 0);
}

function judgeAll(
  pipeline: Pipeline,
  exploration: Exploration,
  recoveriesOf: RecoveriesOf,
): readonly ProvenLaw[] {
  const places = exploration.situations.length;
  return [
    proven('every state reaches an end', places, findEndless(exploration)),
    proven('nothing goes round in circles', places, findCircle(exploration)),
    ...localLaws(pipeline, recoveriesOf).map((law) => judge(law, exploration)),
  ];
}

function judge(law: Law, { situations, steps }: Exploration): ProvenLaw {
  const verdicts =
    'ofStep' in law
      ? steps.map((step) => ({ verdict: law.ofStep(step), way: () => [...eventsTo(step.from), step.event] }))
      : situations.map((situation) => ({
          verdict: law.ofSituation(situation),
          way: () => eventsTo(situation),
        }));
  const judged = verdicts.filter(({ verdict }) => verdict !== undefined);
  return proven(law.law, judged.length, judged.find(({ verdict }) => verdict === false)?.way());
}

function proven(law: string, checked: number, counterexample: readonly string[] | undefined): ProvenLaw {
  const holds = counterexample === undefined;
  return holds ? { law, holds, checked } : { law, holds, checked, counterexample };
}
