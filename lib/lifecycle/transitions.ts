import { type AnyMachineSnapshot, type AnyStateMachine, getInitialSnapshot, getNextSnapshot, type StateValue } from 'xstate';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { compileMachine, PASSED } from './machine.ts';

/** A state of the machine. There is one object per state, so two states are equal when they are the same object. */
export type MachineState = {
  /** The active leaves; a parallel group has several, without those that have passed. */
  readonly leaves: readonly string[];
  /** Where the event leads; `undefined` when it is not legal here. XState is asked once per event. */
  readonly next: (event: string) => MachineState | undefined;
  /** The events that are legal here. */
  readonly events: () => readonly string[];
};

/** The initial state of a pipeline's machine, from which every other is reached. */
export function initialState(pipeline: Pipeline): MachineState {
  const machine = compileMachine(pipeline);
  return stateTable(machine)(getInitialSnapshot(machine));
}

/**
 * Memoizes the machine: it is finite and without context, so a state and an event always lead to the same state.
 * `can` is asked first because XState ignores an unknown event silently.
 */
function stateTable(machine: AnyStateMachine): (snapshot: AnyMachineSnapshot) => MachineState {
  const states = new Map<string, MachineState>();
  const intern = (snapshot: AnyMachineSnapshot): MachineState => {
    const key = JSON.stringify(snapshot.value);
    const known = states.get(key);
    if (known !== undefined) return known;
    const reached = new Map<string, MachineState | undefined>();
    const ask = (event: string): MachineState | undefined => {
      const target = snapshot.can({ type: event }) ? intern(getNextSnapshot(machine, snapshot, { type: event })) : undefined;
      reached.set(event, target);
      return target;
    };
    const state: MachineState = {
      leaves: leavesOf(snapshot.value),
      next: (event) => (reached.has(event) ? reached.get(event) : ask(event)),
      events: () => machine.events.filter((event) => !event.startsWith('xstate.') && snapshot.can({ type: event })),
    };
    states.set(key, state);
    return state;
  };
  return intern;
}

function leavesOf(value: StateValue): readonly string[] {
  if (typeof value === 'string') return value === PASSED ? [] : [value];
  return Object.values(value).flatMap((inner) => (inner === undefined ? [] : leavesOf(inner)));
}
