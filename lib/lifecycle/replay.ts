import type { DeploymentEvent, Event } from '../history/events.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Deployment } from './deployment.ts';
import { foldView, openView, type ViewDraft } from './fold-view.ts';
import { machineEventOf } from './machine-event.ts';
import { initialState, type MachineState } from './transitions.ts';

/** The part of a commit that a replay reads. */
export type Recorded = { readonly seq: number; readonly at: string; readonly events: readonly Event[] };

/**
 * Folds a deployment's commits to where it stands: the machine's state and the view. Pure: the same commits give the
 * same deployment at any time, on any machine. Stop early by giving fewer commits.
 *
 * Errors: `HistoryCorrupt` when the history does not open with DeploymentRequested or holds an event that is not legal
 * in the state it met, with its seq.
 */
export function replay(commits: readonly Recorded[]): Deployment {
  const opening = commits[0]?.events[0];
  if (commits[0] === undefined || opening?.type !== 'DeploymentRequested') {
    throw new NoneventError('HistoryCorrupt', 'the history does not open with DeploymentRequested', {
      fields: { seq: commits[0]?.seq ?? 0, found: opening?.type ?? 'nothing' },
    });
  }
  const view = openView(opening.data, commits[0].at);
  let state = startOf(opening.data.pipeline, opening.data.pipelineDigest);
  for (const commit of commits) {
    for (const event of commit.events) {
      if (event === opening) continue;
      state = step(state, view, event as DeploymentEvent, commit);
    }
  }
  const { byName: _, ...readable } = view;
  return { state: state.leaves, legal: state.events(), view: readable };
}

function step(state: MachineState, view: ViewDraft, event: DeploymentEvent, commit: Recorded): MachineState {
  const machineEvent = machineEventOf(event);
  const next = machineEvent === undefined ? undefined : state.next(machineEvent);
  if (next === undefined) {
    throw new NoneventError(
      'HistoryCorrupt',
      `commit ${commit.seq} records ${machineEvent ?? event.type} in state ${state.leaves.join(', ')}, where it is not legal`,
      { fields: { seq: commit.seq, event: event.type, state: state.leaves.join(', ') } },
    );
  }
  foldView(view, event, commit.at);
  return next;
}

const MACHINES_KEPT = 64;
const machines = new Map<string, MachineState>();

/** Machines are compiled once per definition: the pinned digest names the definition. */
function startOf(pipeline: Pipeline, digest: string): MachineState {
  const known = machines.get(digest);
  if (known !== undefined) return known;
  const oldest = machines.keys().next().value;
  if (machines.size >= MACHINES_KEPT && oldest !== undefined) machines.delete(oldest);
  const start = initialState(pipeline);
  machines.set(digest, start);
  return start;
}
