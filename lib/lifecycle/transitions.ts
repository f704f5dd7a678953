import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  getInitialSnapshot,
  getNextSnapshot,
  getNextTransitions,
  type StateValue,
} from 'xstate';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { PASSED } from './leaves.ts';
import { compileMachine } from './machine.ts';

/** A state of the machine. There is one object per state, so two states are equal when they are the same object. */
export type MachineState = {
  /** The active leaves; a parallel group has several, without those that have passed. */
  readonly leaves: readonly string[];
  /** Where the event leads; `undefined` when it is not legal here. XState is asked once per event. */
  readonly next: (event: string) => MachineState | undefined;
  /** The events that are legal here. XState is asked once. */
  readonly events: () => readonly string[];
};

/** The initial state of a pipeline's machine, from which every other is reached. */
export function initialState(pipeline: Pipeline): MachineState {
  return initialStateOf(compileMachine(pipeline));
}

/** The initial state of a machine that is finite: without context, guards and actions. */
export function initialStateOf(machine: AnyStateMachine): MachineState {
  return stateTable(machine)(getInitialSnapshot(machine));
}

/**
 * Memoizes the machine: it is finite and without context, so a state and an event always lead to the same state.
 * Legal events are looked up first because XState ignores an unknown event silently.
 */
function stateTable(machine: AnyStateMachine): (snapshot: AnyMachineSnapshot) => MachineState {
  const states = new Map<string, MachineState>();
  const intern = (snapshot: AnyMachineSnapshot): MachineState => {
    const key = JSON.stringify(snapshot.value);
    const known = states.get(key);
    if (known !== undefined) return known;
    const legal = once(() => eventsOf(snapshot));
    const reached = new Map<string, MachineState>();
    const ask = (event: string): MachineState | undefined => {
      if (!legal().has(event)) return undefined;
      const target = intern(getNextSnapshot(machine, snapshot, { type: event }));
      reached.set(event, target);
      return target;
    };
    const state: MachineState = {
      leaves: leavesOf(snapshot.value),
      next: (event) => reached.get(event) ?? ask(event),
      events: once(() => [...legal()]),
    };
    states.set(key, state);
    return state;
  };
  return intern;
}

/** In the order of the machine's states, without XState's own events. */
function eventsOf(snapshot: AnyMachineSnapshot): ReadonlySet<string> {
  const events = getNextTransitions(snapshot).map((transition) => transition.eventType as string);
  return new Set(events.filter((event) => !event.startsWith('xstate.')));
}

function leavesOf(value: StateValue): readonly string[] {
  if (typeof value === 'string') return value === PASSED ? [] : [value];
  return Object.values(value).flatMap((inner) => (inner === undefined ? [] : leavesOf(inner)));
}

function once<Result>(compute: () => Result): () => Result {
  let computed: { readonly result: Result } | undefined;
  return () => {
    computed ??= { result: compute() };
    return computed.result;
  };
}
