import type { DeploymentEvent, Event } from '../history/events.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Stage } from '../pipeline/stage.ts';
import { awaitsAnswer, isChange } from '../pipeline/stage-class.ts';
import { isParallel } from '../pipeline/steps.ts';
import type { Deployment } from './deployment.ts';
import { foldView, openView, type ViewDraft } from './fold-view.ts';
import { machineEventOf } from './machine-event.ts';
import { initialState, type MachineState } from './transitions.ts';
import { LIFECYCLE_VERSION } from './version.ts';

/** The part of a commit that a replay reads. */
export type Recorded = { readonly seq: number; readonly at: string; readonly events: readonly Event[] };

/**
 * Folds a deployment's commits to where it stands: the machine's state and the view. Pure: the same commits give the
 * same deployment at any time, on any machine. Stop early by giving fewer commits.
 *
 * Errors: `HistoryCorrupt` when the history does not open with DeploymentRequested or holds an event that is not legal
 * in the state it met, with its seq; `UnknownEvent` when a newer lifecycle than this one wrote it.
 */
export function replay(commits: readonly Recorded[]): Deployment {
  const [first] = commits;
  const opening = first?.events[0];
  if (first === undefined || opening?.type !== 'DeploymentRequested') {
    throw new NoneventError('HistoryCorrupt', 'the history does not open with DeploymentRequested', {
      fields: { seq: first?.seq ?? 0, found: opening?.type ?? 'nothing' },
    });
  }
  requireKnownLifecycle(opening.data.lifecycle);
  const view = openView(opening.data, first.at);
  let state = startOf(opening.data.pipeline);
  for (const commit of commits) {
    for (const event of commit.events) {
      if (event === opening) continue;
      state = step(state, view, event as DeploymentEvent, commit);
    }
  }
  const { byName: _, ...readable } = view;
  return { state: state.leaves, legal: state.events(), view: readable };
}

function requireKnownLifecycle(version: number): void {
  if (version <= LIFECYCLE_VERSION) return;
  throw new NoneventError(
    'UnknownEvent',
    `the deployment runs by lifecycle version ${version}; this Nonevent knows version ${LIFECYCLE_VERSION} and older`,
    { fields: { lifecycle: version }, hint: 'use a newer version of Nonevent' },
  );
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

/** Of a definition that is replayed again and again, such as one that is being followed, not even the shape is asked twice. */
const starts = new WeakMap<Pipeline, MachineState>();

function startOf(pipeline: Pipeline): MachineState {
  const known = starts.get(pipeline);
  if (known !== undefined) return known;
  const start = startOfShape(pipeline);
  starts.set(pipeline, start);
  return start;
}

/** Machines are compiled once per shape. A pinned digest is not taken for it: a forged one would give another machine. */
function startOfShape(pipeline: Pipeline): MachineState {
  const shape = shapeOf(pipeline);
  const known = machines.get(shape);
  if (known !== undefined) return known;
  const oldest = machines.keys().next().value;
  if (machines.size >= MACHINES_KEPT && oldest !== undefined) machines.delete(oldest);
  const start = initialState(pipeline);
  machines.set(shape, start);
  return start;
}

/** All that the machine's states and transitions depend on: names, groups, and which stages are changes or wait for an answer. */
function shapeOf(pipeline: Pipeline): string {
  return pipeline.stages
    .map((step) =>
      isParallel(step) ? `${step.parallel}(${step.stages.map(shapeOfStage).join(' ')})` : shapeOfStage(step),
    )
    .join(' ');
}

function shapeOfStage(stage: Stage): string {
  return `${stage.name}${isChange(stage) ? '!' : ''}${awaitsAnswer(stage) ? '?' : ''}`;
}
