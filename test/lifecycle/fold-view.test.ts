import { describe, expect, test } from 'vitest';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { type DeploymentEvent, event } from '../../lib/history/events.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import type { DeploymentView, StageView } from '../../lib/lifecycle/view.ts';
import {
  A_DIGEST,
  ANOTHER_DIGEST,
  at,
  attemptFailed,
  commitsOf,
  DEPLOYMENT,
  FOUND,
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

const OTHER = 'e0000000000000000002' as DeploymentId;
const PIPELINE = pipelineOf('command unit', 'custom notify', 'checks: left right');
/** Three commits: requested, started, and the start of the check `unit`. */
const UNIT = [opened(PIPELINE), STARTED, started('unit')] as const;
/** Five commits, the last of them the start of the change `notify`. */
const NOTIFY = [...UNIT, passed('unit'), started('notify', 1, 'before')] as const;

/** Two commits with which a rollback begins its lane. */
const ADMITTED = [
  event('DeploymentStarted', { entry: 'rollback' }),
  event('RollbackAdmitted', {
    environments: [{ environment: 'production', returnsTo: ['1.0.0-aaaaaaaa'] }],
  }),
] as const;

test('DeploymentRequested: every stage is pending and the artifact is the source', () => {
  const view = viewOf(opened(PIPELINE));
  expect(view.stages.map(({ name, class: kindOfStage, state }) => [name, kindOfStage, state])).toEqual([
    ['unit', 'check', 'pending'],
    ['notify', 'change', 'pending'],
    ['left', 'check', 'pending'],
    ['right', 'check', 'pending'],
  ]);
  expect(view).toMatchObject({
    requestedAt: at(1),
    startedAt: undefined,
    artifact: A_DIGEST,
    outcome: undefined,
  });
});

test('DeploymentStarted: the time is kept', () => {
  expect(viewOf(opened(PIPELINE), STARTED).startedAt).toBe(at(2));
});

describe('StageStarted', () => {
  test('opens the attempt', () => {
    expect(stageOf('unit', ...UNIT)).toMatchObject({
      state: 'running',
      attempts: 1,
      open: true,
      startedAt: at(3),
      attemptStartedAt: at(3),
    });
  });

  test('of a later attempt keeps when the first one began', () => {
    expect(stageOf('unit', ...UNIT, attemptFailed('unit', 1), started('unit', 2))).toMatchObject({
      attempts: 2,
      open: true,
      startedAt: at(3),
      attemptStartedAt: at(5),
    });
  });

  test('of a later attempt of a change keeps the first capture', () => {
    const again = [...NOTIFY, attemptFailed('notify', 1), started('notify', 2, 'half changed')];
    expect(stageOf('notify', ...again).capture).toBe('before');
    const without = [
      ...NOTIFY,
      attemptFailed('notify', 1),
      event('StageStarted', { stage: 'notify', attempt: 2 }),
    ];
    expect(stageOf('notify', ...without).capture).toBe('before');
  });

  test('of a later attempt of a check measures from the new capture', () => {
    const again = [
      opened(PIPELINE),
      STARTED,
      started('unit', 1, 'old'),
      attemptFailed('unit', 1),
      started('unit', 2, 'new'),
    ];
    expect(stageOf('unit', ...again).capture).toBe('new');
  });
});

test('StageMeasured: the newest evidence and judgement are kept and the attempt stays open', () => {
  const measured = event('StageMeasured', {
    stage: 'unit',
    attempt: 1,
    evidence: { requests: 3 },
    judgement: { verdict: 'inconclusive', expected: '10 requests', observed: '3 requests' },
  });
  expect(stageOf('unit', ...UNIT, measured)).toMatchObject({
    state: 'running',
    open: true,
    evidence: { requests: 3 },
    judgement: { verdict: 'inconclusive' },
  });
});

describe('StageAttemptFailed', () => {
  test('closes the attempt and keeps why', () => {
    expect(stageOf('unit', ...UNIT, attemptFailed('unit', 1))).toMatchObject({
      state: 'running',
      open: false,
      attempts: 1,
      extended: false,
      failure: { mode: 'errored', recovery: 'retry' },
    });
  });

  test('counts an attempt that failed before it began, and the stage has not begun', () => {
    expect(stageOf('unit', opened(PIPELINE), STARTED, attemptFailed('unit', 1))).toMatchObject({
      state: 'pending',
      attempts: 1,
      open: false,
      startedAt: undefined,
    });
  });

  test('remembers the extension after the extended attempt has failed in another way', () => {
    const extended = [...UNIT, attemptFailed('unit', 1, 'extend'), started('unit', 2)];
    expect(stageOf('unit', ...extended).extended).toBe(true);
    expect(stageOf('unit', ...extended, attemptFailed('unit', 2)).extended).toBe(true);
  });

  test('of an undo is counted on its own', () => {
    const failure = failed('errored', 'retry');
    const again = event('StageAttemptFailed', { stage: 'notify', attempt: 1, lane: 'undo', failure });
    expect(stageOf('notify', ...NOTIFY, stageFailed('notify'), again, again)).toMatchObject({
      state: 'undoing',
      attempts: 1,
      undoFailures: 2,
      failure,
    });
  });
});

describe('StagePassed and StageReused', () => {
  test('close the stage with what was found, and an earlier attempt’s failure is past', () => {
    const view = stageOf('unit', ...UNIT, attemptFailed('unit', 1), started('unit', 2), passed('unit', 2));
    expect(view).toMatchObject({
      state: 'passed',
      open: false,
      endedAt: at(6),
      evidence: { exit: 0 },
      judgement: JUDGEMENT,
      failure: undefined,
    });
  });

  test('hand on the artifact that the stage made', () => {
    const built = event('StagePassed', { stage: 'unit', attempt: 1, ...FOUND, artifact: ANOTHER_DIGEST });
    expect(viewOf(...UNIT, built).artifact).toBe(ANOTHER_DIGEST);
    const taken = event('StageReused', {
      stage: 'unit',
      from: DEPLOYMENT,
      ...FOUND,
      artifact: ANOTHER_DIGEST,
    });
    expect(viewOf(opened(PIPELINE), STARTED, taken).artifact).toBe(ANOTHER_DIGEST);
  });

  test('a reused stage never began here', () => {
    const taken = event('StageReused', { stage: 'unit', from: DEPLOYMENT, ...FOUND });
    expect(stageOf('unit', opened(PIPELINE), STARTED, taken)).toMatchObject({
      state: 'reused',
      attempts: 0,
      startedAt: undefined,
    });
  });
});

describe('StageFailed', () => {
  test('is the failure of the deployment, with its stage', () => {
    const view = viewOf(...UNIT, stageFailed('unit'));
    expect(view.failure).toEqual({ ...failed('rejected', 'compensate'), stage: 'unit' });
    expect(view.stages[0]).toMatchObject({ state: 'failed', open: false, endedAt: at(4) });
  });

  test('abandons the parallel siblings that run, and only those', () => {
    const group = [...NOTIFY, passed('notify'), started('left'), started('right')];
    const left = { state: 'failed', open: false, endedAt: at(9) };
    const view = viewOf(...group, stageFailed('left'));
    expect(view.stages[2]).toMatchObject(left);
    expect(view.stages[3]).toMatchObject({ state: 'abandoned', open: false, endedAt: at(9) });
    expect(view.stages[1]?.state).toBe('passed');
    const done = viewOf(...group, passed('right'), stageFailed('left'));
    expect(done.stages[3]?.state).toBe('passed');
    const pending = viewOf(...NOTIFY, passed('notify'), started('left'), stageFailed('left'));
    expect(pending.stages[3]?.state).toBe('pending');
  });
});

test('StopRequested: the first one counts', () => {
  const stop = (actor: string): DeploymentEvent => event('StopRequested', { actor, reason: 'because' });
  expect(viewOf(...UNIT, stop('ada'), stop('bob')).stop).toEqual({ actor: 'ada', reason: 'because' });
});

describe('StageUndone', () => {
  test('says that the change is undone', () => {
    expect(stageOf('notify', ...NOTIFY, stageFailed('notify'), undone('notify'))).toMatchObject({
      state: 'undone',
      endedAt: at(7),
    });
  });

  test('leaves a change alone that never began', () => {
    const nothing = event('StageUndone', { stage: 'notify', effect: 'nothing' });
    expect(stageOf('notify', opened(PIPELINE), ...ADMITTED, nothing).state).toBe('pending');
  });
});

describe('a rollback', () => {
  const requested = opened(PIPELINE) as Extract<DeploymentEvent, { type: 'DeploymentRequested' }>;
  const rollback = event('DeploymentRequested', {
    ...requested.data,
    kind: 'rollback',
    of: OTHER,
    artifact: ANOTHER_DIGEST,
    captures: { notify: 'before' },
  });

  test('finds the changes of the other deployment made, with what each had captured', () => {
    const view = viewOf(rollback);
    expect(view).toMatchObject({ kind: 'rollback', of: OTHER, artifact: ANOTHER_DIGEST });
    expect(
      view.stages.map(({ name, state, capture, startedAt }) => [name, state, capture, startedAt]),
    ).toEqual([
      ['unit', 'pending', undefined, undefined],
      ['notify', 'passed', 'before', at(1)],
      ['left', 'pending', undefined, undefined],
      ['right', 'pending', undefined, undefined],
    ]);
  });

  test('RollbackAdmitted: changes nothing but where it stands', () => {
    expect(viewOf(rollback, ...ADMITTED)).toEqual({ ...viewOf(rollback), startedAt: at(2) });
  });

  test('RollbackRefused: is the failure of the deployment, in a state that is no stage', () => {
    const failure = failed('rejected', 'compensate');
    const refused = viewOf(rollback, ADMITTED[0], event('RollbackRefused', { failure }));
    expect(refused.failure).toEqual({ ...failure, stage: 'enter rollback' });
    expect(refused.stages[1]?.state).toBe('passed');
  });

  test('StageUndone: takes back what the other deployment had made', () => {
    expect(viewOf(rollback, ...ADMITTED, undone('notify')).stages[1]).toMatchObject({
      state: 'undone',
      endedAt: at(4),
    });
  });
});

test('UndoFailed: the change is left as it is, and says why', () => {
  const failure = failed('errored', 'compensate');
  const stuck = event('UndoFailed', { stage: 'notify', failure });
  const view = viewOf(...NOTIFY, stageFailed('notify'), stuck);
  expect(view.stages[1]).toMatchObject({ state: 'undoFailed', failure, endedAt: at(7) });
  expect(view.failure?.mode).toBe('rejected');
});

describe('the end', () => {
  const FAILING = [...NOTIFY, stageFailed('notify')] as const;
  const succeeding = [...NOTIFY, passed('notify'), passed('left'), passed('right')];
  const stuck = event('UndoFailed', { stage: 'notify', failure: failed('errored', 'compensate') });

  test.each([
    ['succeeded', [...succeeding, event('DeploymentSucceeded', SUMMARY)]],
    ['failed', [...UNIT, stageFailed('unit'), event('DeploymentFailed', SUMMARY)]],
    ['rolledBack', [...FAILING, undone('notify'), event('DeploymentRolledBack', SUMMARY)]],
    ['stuck', [...FAILING, stuck, event('DeploymentStuck', { ...SUMMARY, next: 'look' })]],
  ] as const)('is %s at its time', (outcome, events) => {
    expect(viewOf(...events)).toMatchObject({ outcome, endedAt: at(events.length) });
  });
});

function viewOf(...events: readonly DeploymentEvent[]): DeploymentView {
  return replay(commitsOf(...events)).view;
}

function stageOf(name: string, ...events: readonly DeploymentEvent[]): StageView {
  const stage = viewOf(...events).stages.find((candidate) => candidate.name === name);
  if (stage === undefined) throw new Error(`no stage ${name}`);
  return stage;
}
