import type { Pipeline } from '../../pipeline/pipeline.ts';
import { isContract } from '../../pipeline/stage-class.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { MachineState } from '../transitions.ts';

/** A state of the machine with what the way to it has done, which the machine itself does not remember. */
export type Situation = {
  readonly state: MachineState;
  /** Changes that have begun and are neither undone nor refused, oldest first. */
  readonly begun: readonly string[];
  /** Stages that passed; forgotten at the first failure, for then they no longer matter. */
  readonly passed: readonly string[];
  /** Whether a stage failed or the deployment is a rollback: only undoing is left. */
  readonly failed: boolean;
  readonly undoFailed: boolean;
  /** Whether any change has been undone. */
  readonly undone: boolean;
  /** Whether a contract has passed here, which nothing can take back. */
  readonly contracted: boolean;
  /** The shortest way here. */
  readonly arrival: { readonly from: Situation; readonly event: string } | undefined;
};

/** Where every deployment begins. */
export function beginning(state: MachineState): Situation {
  return {
    state,
    begun: [],
    passed: [],
    failed: false,
    undoFailed: false,
    undone: false,
    contracted: false,
    arrival: undefined,
  };
}

/** What an event does, by the meaning of its name alone; the machine says only which state is next. */
export function follow(pipeline: Pipeline, from: Situation, event: string, state: MachineState): Situation {
  const [subject = '', fact = ''] = event.split('.');
  const after = { ...meaningOf(pipeline, from, subject, fact), state, arrival: { from, event } };
  const entered = changesOf(pipeline)
    .map((change) => change.name)
    .filter((name) => isEntered(name, from.state, state) && !after.begun.includes(name));
  return entered.length === 0 ? after : { ...after, begun: [...after.begun, ...entered] };
}

function meaningOf(pipeline: Pipeline, from: Situation, subject: string, fact: string): Situation {
  switch (fact) {
    case 'passed':
    case 'reused':
      return {
        ...from,
        passed: from.failed ? [] : [...from.passed, subject].toSorted(),
        contracted: from.contracted || isContractNamed(pipeline, subject),
      };
    case 'refused':
      return { ...from, failed: true, passed: [], begun: without(from.begun, subject) };
    case 'undone':
      return { ...from, undone: true, begun: without(from.begun, subject) };
    case 'undoFailed':
      return { ...from, undoFailed: true };
    case 'admitted':
      // The deployment that is rolled back made all its changes, and their leases are taken again.
      return { ...from, failed: true, begun: changesOf(pipeline).map((change) => change.name) };
    case 'failed':
      return subject === 'deployment' ? from : { ...from, failed: true, passed: [] };
    default:
      return from;
  }
}

function isContractNamed(pipeline: Pipeline, name: string): boolean {
  return changesOf(pipeline).some((change) => change.name === name && isContract(change));
}

function isEntered(name: string, from: MachineState, to: MachineState): boolean {
  return to.leaves.includes(name) && !from.leaves.includes(name);
}

function without(names: readonly string[], name: string): readonly string[] {
  return names.filter((other) => other !== name);
}

/** The events that lead from the beginning to a situation. */
export function eventsTo(situation: Situation): readonly string[] {
  const events: string[] = [];
  let { arrival } = situation;
  while (arrival !== undefined) {
    events.push(arrival.event);
    arrival = arrival.from.arrival;
  }
  return events.reverse();
}
