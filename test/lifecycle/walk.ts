import { initialState, type MachineState } from '../../lib/lifecycle/transitions.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';

/** The leaves after these events; throws at one that is not legal. */
export function leavesAfter(pipeline: Pipeline, ...events: readonly string[]): readonly string[] {
  return stateAfter(pipeline, ...events).leaves;
}

export function stateAfter(pipeline: Pipeline, ...events: readonly string[]): MachineState {
  return events.reduce((state, event) => {
    const next = state.next(event);
    if (next === undefined) throw new Error(`${event} is not legal in ${state.leaves.join(', ')}`);
    return next;
  }, initialState(pipeline));
}

/** Every state that can be reached. */
export function allStates(pipeline: Pipeline): readonly MachineState[] {
  const states = new Set([initialState(pipeline)]);
  for (const state of states) {
    for (const event of state.events()) {
      const next = state.next(event);
      if (next !== undefined) states.add(next);
    }
  }
  return [...states];
}
