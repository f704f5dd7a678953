import { describe, expect, test } from 'vitest';
import { type DeploymentEvent, type Event, event } from '../../lib/history/events.ts';
import { type Recorded, replay } from '../../lib/lifecycle/replay.ts';
import { NoneventError } from '../../lib/nonevent-error.ts';
import {
  A_DIGEST,
  at,
  attemptFailed,
  commitsOf,
  DEPLOYMENT,
  failed,
  JUDGEMENT,
  opened,
  passed,
  STARTED,
  SUMMARY,
  stageFailed,
  started,
  undone,
} from './histories.ts';
import { pipelineOf } from './pipelines.ts';

const PIPELINE = pipelineOf('command unit', 'custom notify');
const UNTOUCHED = {
  mode: 'enforcing',
  question: 'Does it hold?',
  attempts: 0,
  undoFailures: 0,
  open: false,
  extended: false,
} as const;

test('a whole history gives exactly this state and this view', () => {
  const commits = commitsOf(
    opened(PIPELINE),
    STARTED,
    started('unit'),
    passed('unit'),
    started('notify', 1, 'before'),
    attemptFailed('notify', 1),
    started('notify', 2),
    stageFailed('notify', 2),
    undone('notify'),
  );
  expect(replay(commits)).toEqual({
    state: ['conclude rollback'],
    legal: ['deployment.rolledBack', 'deployment.stopRequested'],
    view: {
      deployment: DEPLOYMENT,
      kind: 'forward',
      pipeline: PIPELINE,
      release: { version: '1.0.0', artifact: A_DIGEST },
      trigger: { id: 'push-1', source: 'cli', actor: 'ada' },
      requestedAt: '2026-01-02T03:04:01.000Z',
      startedAt: '2026-01-02T03:04:02.000Z',
      endedAt: undefined,
      outcome: undefined,
      stop: undefined,
      failure: { ...failed('rejected', 'compensate'), stage: 'notify' },
      artifact: A_DIGEST,
      stages: [
        {
          ...UNTOUCHED,
          name: 'unit',
          kind: 'command',
          class: 'check',
          state: 'passed',
          attempts: 1,
          startedAt: '2026-01-02T03:04:03.000Z',
          attemptStartedAt: '2026-01-02T03:04:03.000Z',
          endedAt: '2026-01-02T03:04:04.000Z',
          capture: null,
          judgement: JUDGEMENT,
          evidence: { exit: 0 },
          failure: undefined,
        },
        {
          ...UNTOUCHED,
          name: 'notify',
          kind: 'custom',
          class: 'change',
          state: 'undone',
          attempts: 2,
          startedAt: '2026-01-02T03:04:05.000Z',
          attemptStartedAt: '2026-01-02T03:04:07.000Z',
          endedAt: '2026-01-02T03:04:09.000Z',
          capture: 'before',
          judgement: undefined,
          evidence: undefined,
          failure: failed('rejected', 'compensate'),
        },
      ],
    },
  });
});

test('an opening alone stands at the request', () => {
  const deployment = replay(commitsOf(opened(PIPELINE)));
  expect(deployment.state).toEqual(['requested']);
  expect([...deployment.legal].sort()).toEqual([
    'deployment.started',
    'deployment.stopRequested',
    'rollback.started',
  ]);
});

test('the events of one commit count as if each had a commit of its own', () => {
  const events = [opened(PIPELINE), STARTED, started('unit'), passed('unit')];
  const together = replay([{ seq: 1, at: at(1), events }]);
  expect(together.state).toEqual(['notify']);
  expect(together.view.stages[0]?.state).toBe('passed');
});

describe('refuses', () => {
  test('an empty history', () => {
    expect(refusalOf([])).toEqual({
      code: 'HistoryCorrupt',
      message: 'the history does not open with DeploymentRequested',
      fields: { seq: 0, found: 'nothing' },
    });
  });

  test('a history that opens with something else', () => {
    expect(refusalOf(commitsOf(STARTED)).fields).toEqual({ seq: 1, found: 'DeploymentStarted' });
  });

  test('an event that is not legal where it stands, and says where', () => {
    expect(refusalOf(commitsOf(opened(PIPELINE), STARTED, passed('notify')))).toEqual({
      code: 'HistoryCorrupt',
      message: 'commit 3 records notify.passed in state unit, where it is not legal',
      fields: { seq: 3, event: 'StagePassed', state: 'unit' },
    });
  });

  test('a second outcome of the same stage', () => {
    const twice = commitsOf(opened(PIPELINE), STARTED, started('unit'), passed('unit'), passed('unit'));
    expect(refusalOf(twice).fields).toEqual({ seq: 5, event: 'StagePassed', state: 'notify' });
  });

  test('a second opening', () => {
    const twice = commitsOf(opened(PIPELINE), opened(PIPELINE));
    expect(refusalOf(twice).message).toBe(
      'commit 2 records DeploymentRequested in state requested, where it is not legal',
    );
  });

  test('an event of another kind of stream', () => {
    const lease: Event = event('LeaseReleased', { deployment: DEPLOYMENT, fence: 1 });
    const commits = [...commitsOf(opened(PIPELINE)), { seq: 2, at: at(2), events: [lease] }];
    expect(refusalOf(commits).message).toBe(
      'commit 2 records LeaseReleased in state requested, where it is not legal',
    );
  });

  test('anything after the end', () => {
    const ended = [
      opened(PIPELINE),
      STARTED,
      started('unit'),
      stageFailed('unit'),
      event('DeploymentFailed', SUMMARY),
    ];
    const late = commitsOf(...ended, event('StopRequested', { actor: 'ada', reason: 'late' }));
    expect(refusalOf(late).fields).toEqual({ seq: 6, event: 'StopRequested', state: 'failed' });
  });

  test('a deployment of a newer lifecycle', () => {
    const newer = { ...opened(PIPELINE) } as Extract<DeploymentEvent, { type: 'DeploymentRequested' }>;
    expect(refusalOf(commitsOf({ ...newer, data: { ...newer.data, lifecycle: 2 } }))).toEqual({
      code: 'UnknownEvent',
      message: 'the deployment runs by lifecycle version 2; this Nonevent knows version 1 and older',
      fields: { lifecycle: 2 },
    });
  });
});

test('two definitions that claim the same digest are replayed each by its own machine', () => {
  replay(commitsOf(opened(pipelineOf('command unit')), STARTED));
  expect(replay(commitsOf(opened(pipelineOf('custom unit')), STARTED, stageFailed('unit'))).state).toEqual([
    'undo unit',
  ]);
  expect(replay(commitsOf(opened(pipelineOf('command unit')), STARTED, stageFailed('unit'))).state).toEqual([
    'conclude failure',
  ]);
  expect(replay(commitsOf(opened(pipelineOf('command other')), STARTED)).state).toEqual(['other']);
});

function refusalOf(commits: readonly Recorded[]): Pick<NoneventError, 'code' | 'message' | 'fields'> {
  try {
    replay(commits);
  } catch (thrown) {
    if (!(thrown instanceof NoneventError)) throw thrown;
    return { code: thrown.code, message: thrown.message, fields: thrown.fields };
  }
  throw new Error('expected the history to be refused');
}
