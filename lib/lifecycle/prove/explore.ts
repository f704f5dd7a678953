import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { MachineState } from '../transitions.ts';
import { beginning, follow, type Situation } from './situation.ts';

/** One event, from where it is legal to where it leads. */
export type Step = { readonly from: Situation; readonly event: string; readonly to: Situation };

export type Exploration = {
  /** Every situation once, nearest first. */
  readonly situations: readonly Situation[];
  readonly steps: readonly Step[];
  /** The first situation for which there was no room; `undefined` when all was explored. */
  readonly unexplored: Situation | undefined;
};

/** Explores all situations breadth first, so that the way to each is a shortest one. Stops when there are more than `room`. */
export function explore(pipeline: Pipeline, start: MachineState, room: number): Exploration {
  const identify = identities();
  const first = beginning(start);
  const known = new Map([[identify(first), first]]);
  const situations = [first];
  const steps: Step[] = [];
  for (const from of situations) {
    for (const event of from.state.events()) {
      const state = from.state.next(event);
      if (state === undefined) throw new Error(`${event} is legal and leads nowhere`);
      const reached = follow(pipeline, from, event, state);
      const identity = identify(reached);
      let to = known.get(identity);
      if (to === undefined && situations.length >= room) return { situations, steps, unexplored: reached };
      if (to === undefined) {
        to = reached;
        known.set(identity, to);
        situations.push(to);
      }
      steps.push({ from, event, to });
    }
  }
  return { situations, steps, unexplored: undefined };
}

/** Gives equal situations equal names, however they were reached. */
function identities(): (situation: Situation) => string {
  const numbers = new Map<MachineState, number>();
  return ({ state, begun, passed, failed, undoFailed, undone, contracted }) => {
    const number = numbers.get(state) ?? numbers.size;
    numbers.set(state, number);
    return `${number}|${begun.join()}|${passed.join()}|${failed}|${undoFailed}|${undone}|${contracted}`;
  };
}
