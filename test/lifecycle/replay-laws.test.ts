import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeploymentEvent, type Event, event } from '../../lib/history/events.ts';
import { type Recorded, replay } from '../../lib/lifecycle/replay.ts';
import { initialState } from '../../lib/lifecycle/transitions.ts';
import { NoneventError } from '../../lib/nonevent-error.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { changesOf, stagesOf } from '../../lib/pipeline/steps.ts';
import { arbitraryPipeline, arbitraryWalk } from './arbitrary-pipeline.ts';
import {
  at,
  attemptFailed,
  commitsOf,
  DEPLOYMENT,
  FOUND,
  failed,
  opened,
  passed,
  STARTED,
  SUMMARY,
  stageFailed,
  started,
  undone,
} from './histories.ts';

describe('for every history', () => {
  test('the same commits give the same deployment, and are not touched', () => {
    holds((commits) => {
      const before = JSON.stringify(commits);
      expect(replay(commits)).toEqual(replay(structuredClone(commits)));
      expect(JSON.stringify(commits)).toBe(before);
    });
  });

  test('a replay is not touched by a later one of a longer history', () => {
    holds((commits) => {
      const prefix = commits.slice(0, Math.ceil(commits.length / 2));
      const early = replay(prefix);
      const kept = structuredClone(early);
      replay(commits);
      expect(early).toEqual(kept);
    });
  });

  test('stopping at a commit and going on from there with the rest gives the whole', () => {
    holds((commits, pipeline) => {
      let state = initialState(pipeline);
      for (const [index, { events }] of commits.entries()) {
        const deployment = replay(commits.slice(0, index + 1));
        for (const recorded of events) state = state.next(nameOf(recorded)) ?? state;
        expect(deployment.state).toEqual(state.leaves);
        expect(deployment.legal).toEqual(state.events());
      }
    });
  });

  test('what is legal is accepted, and nothing else', () => {
    holds((commits, pipeline) => {
      const legal = new Set(replay(commits).legal);
      for (const candidate of possibleEvents(pipeline)) {
        const more = [...commits, { seq: commits.length + 1, at: at(59), events: [candidate] }];
        if (legal.has(nameOf(candidate))) expect(() => replay(more)).not.toThrow();
        else expect(() => replay(more)).toThrow(NoneventError);
      }
    });
  });
});

/** Histories that walk a pipeline's machine at random. */
function holds(law: (commits: readonly Recorded[], pipeline: Pipeline) => void): void {
  fc.assert(
    fc.property(arbitraryPipeline, arbitraryWalk, (pipeline, choices) =>
      law(walked(pipeline, choices), pipeline),
    ),
    { numRuns: 40 },
  );
}

function walked(pipeline: Pipeline, choices: readonly number[]): readonly Recorded[] {
  const events: DeploymentEvent[] = [opened(pipeline)];
  let state = initialState(pipeline);
  for (const choice of choices) {
    const legal = possibleEvents(pipeline).filter((candidate) => state.next(nameOf(candidate)) !== undefined);
    const chosen = legal[choice % Math.max(1, legal.length)];
    if (chosen === undefined) break;
    events.push(chosen);
    state = state.next(nameOf(chosen)) ?? state;
  }
  return commitsOf(...events);
}

function possibleEvents(pipeline: Pipeline): readonly DeploymentEvent[] {
  const failure = failed('errored', 'compensate');
  return [
    STARTED,
    event('DeploymentStarted', { entry: 'rollback' }),
    event('RollbackAdmitted', { environments: [] }),
    event('RollbackRefused', { failure }),
    event('StopRequested', { actor: 'ada', reason: 'because' }),
    event('DeploymentSucceeded', SUMMARY),
    event('DeploymentFailed', SUMMARY),
    event('DeploymentRolledBack', SUMMARY),
    event('DeploymentStuck', { ...SUMMARY, next: 'look' }),
    ...stagesOf(pipeline).flatMap(({ name }) => [
      started(name),
      event('StageMeasured', { stage: name, attempt: 1, ...FOUND }),
      attemptFailed(name, 1),
      passed(name),
      event('StageReused', { stage: name, from: DEPLOYMENT, ...FOUND }),
      stageFailed(name, 1),
      stageFailed(name, 0),
    ]),
    ...changesOf(pipeline).flatMap(({ name }) => [
      undone(name),
      event('StageAttemptFailed', { stage: name, attempt: 1, lane: 'undo', failure }),
      event('UndoFailed', { stage: name, failure }),
    ]),
  ];
}

/** The machine's event for a fact, said once more by hand. */
function nameOf(recorded: Event): string {
  switch (recorded.type) {
    case 'DeploymentStarted':
      return recorded.data.entry === 'forward' ? 'deployment.started' : 'rollback.started';
    case 'StageAttemptFailed':
      return `${recorded.data.stage}.${recorded.data.lane === 'forward' ? 'attemptFailed' : 'undoAttemptFailed'}`;
    case 'StageFailed':
      return `${recorded.data.stage}.${recorded.data.attempt === 0 ? 'refused' : 'failed'}`;
    case 'StageStarted':
    case 'StageMeasured':
    case 'StagePassed':
    case 'StageReused':
    case 'StageUndone':
      return `${recorded.data.stage}.${recorded.type.slice('Stage'.length).toLowerCase()}`;
    case 'RollbackAdmitted':
      return 'rollback.admitted';
    case 'RollbackRefused':
      return 'rollback.refused';
    case 'UndoFailed':
      return `${recorded.data.stage}.undoFailed`;
    case 'StopRequested':
      return 'deployment.stopRequested';
    case 'DeploymentSucceeded':
      return 'deployment.succeeded';
    case 'DeploymentFailed':
      return 'deployment.failed';
    case 'DeploymentRolledBack':
      return 'deployment.rolledBack';
    case 'DeploymentStuck':
      return 'deployment.stuck';
    default:
      return '';
  }
}
