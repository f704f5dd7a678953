import { describe, expect, test } from 'vitest';
import { event } from '../../lib/history/events.ts';
import {
  decideToBegin,
  decideToConclude,
  decideToMeasure,
  decideToPass,
  isOpen,
  opening,
} from '../../lib/lifecycle/decide.ts';
import { attemptFailed, FOUND, failed, passed, stageFailed, started, undone } from './histories.ts';
import {
  CHANGING,
  lateOutcomes,
  NOTIFY,
  RECOVERIES,
  REQUESTED,
  RUNNING,
  standsAfter,
  UNIT,
  WATCH,
  WATCHING,
} from './unit-notify-watch.ts';

describe('to begin', () => {
  test('the first stage also starts the deployment', () => {
    expect(decideToBegin(standsAfter(...REQUESTED), UNIT, RECOVERIES, null)).toEqual([
      event('DeploymentStarted', { entry: 'forward' }),
      event('StageStarted', { stage: 'unit', attempt: 1, capture: null }),
    ]);
  });

  test('a change records what it will overwrite before it is made', () => {
    expect(decideToBegin(standsAfter(...RUNNING, passed('unit')), NOTIFY, RECOVERIES, 'before')).toEqual([
      event('StageStarted', { stage: 'notify', attempt: 1, capture: 'before' }),
    ]);
  });

  test('a later attempt of a change brings no capture, that of a check a new one', () => {
    expect(
      decideToBegin(standsAfter(...CHANGING, attemptFailed('notify', 1)), NOTIFY, RECOVERIES, 'half'),
    ).toEqual([event('StageStarted', { stage: 'notify', attempt: 2 })]);
    expect(decideToBegin(standsAfter(...RUNNING, attemptFailed('unit', 1)), UNIT, RECOVERIES, 'new')).toEqual(
      [event('StageStarted', { stage: 'unit', attempt: 2, capture: 'new' })],
    );
  });

  test('records an attempt as lost that was begun and never ended', () => {
    const [lost, next, ...more] = decideToBegin(standsAfter(...RUNNING), UNIT, RECOVERIES, null);
    expect(lost).toMatchObject({
      type: 'StageAttemptFailed',
      data: { stage: 'unit', attempt: 1, lane: 'forward', failure: { mode: 'lost', recovery: 'retry' } },
    });
    expect(next).toEqual(event('StageStarted', { stage: 'unit', attempt: 2, capture: null }));
    expect(more).toEqual([]);
  });

  test('fails when the last attempt was lost', () => {
    const last = [
      ...RUNNING,
      attemptFailed('unit', 1),
      started('unit', 2),
      attemptFailed('unit', 2),
      started('unit', 3),
    ];
    expect(decideToBegin(standsAfter(...last), UNIT, RECOVERIES, null)).toMatchObject([
      { type: 'StageFailed', data: { attempt: 3, failure: { mode: 'lost', recovery: 'compensate' } } },
    ]);
  });

  test('goes on with an open attempt of a stage that is measured again and again', () => {
    expect(decideToBegin(standsAfter(...WATCHING), WATCH, RECOVERIES, 'later')).toEqual([]);
  });
});

describe('to pass', () => {
  test('records what was found', () => {
    expect(decideToPass(standsAfter(...RUNNING), UNIT, 1, FOUND)).toEqual([
      event('StagePassed', { stage: 'unit', attempt: 1, ...FOUND }),
    ]);
  });

  test.each(lateOutcomes())('records nothing %s', (_, late) => {
    expect(decideToPass(late, UNIT, 1, FOUND)).toEqual([]);
  });
});

test('a stop that came before the outcome makes the stage fail, however well it went', () => {
  const stopped = standsAfter(...RUNNING, event('StopRequested', { actor: 'ada', reason: 'wrong release' }));
  expect(decideToPass(stopped, UNIT, 1, FOUND)).toEqual([
    event('StageFailed', {
      stage: 'unit',
      attempt: 1,
      failure: {
        mode: 'stopped',
        question: UNIT.question,
        expected: FOUND.judgement.expected,
        observed: 'the deployment was asked to stop',
        evidence: FOUND.evidence,
        recovery: 'compensate',
        next: expect.any(String),
      },
    }),
  ]);
});

describe('to measure', () => {
  const measured = { stage: 'unit', attempt: 1, ...FOUND };

  test('records the measurement', () => {
    expect(decideToMeasure(standsAfter(...RUNNING), measured, UNIT)).toEqual([
      event('StageMeasured', measured),
    ]);
  });

  test.each(lateOutcomes())('records nothing %s', (_, late) => {
    expect(decideToMeasure(late, measured, UNIT)).toEqual([]);
  });
});

describe('an attempt is open', () => {
  test('while it is the newest and has no outcome', () => {
    expect(isOpen(standsAfter(...RUNNING), UNIT, 1)).toBe(true);
    expect(isOpen(standsAfter(...RUNNING), UNIT, 2)).toBe(false);
  });

  test.each(lateOutcomes())('no longer %s', (_, late) => {
    expect(isOpen(late, UNIT, 1)).toBe(false);
  });
});

describe('to conclude', () => {
  const failure = failed('errored', 'compensate');
  const FAILED = [...CHANGING, stageFailed('notify')] as const;
  const stages = { unit: 'passed', notify: 'failed', watch: 'pending' } as const;

  test('writes where every stage was left, and which failed', () => {
    const end = standsAfter(...FAILED, undone('notify'));
    expect(decideToConclude(end, 'rolledBack', 'none')).toEqual([
      event('DeploymentRolledBack', {
        summary: { stages: { ...stages, notify: 'undone' }, failedStage: 'notify' },
      }),
    ]);
    expect(decideToConclude(standsAfter(...RUNNING, stageFailed('unit')), 'failed', 'none')).toEqual([
      event('DeploymentFailed', {
        summary: { stages: { unit: 'failed', notify: 'pending', watch: 'pending' }, failedStage: 'unit' },
      }),
    ]);
    expect(decideToConclude(standsAfter(...WATCHING, passed('watch')), 'succeeded', 'none')).toEqual([
      event('DeploymentSucceeded', {
        summary: { stages: { unit: 'passed', notify: 'passed', watch: 'passed' }, failedStage: null },
      }),
    ]);
  });

  test('says what to do next when it is stuck', () => {
    const end = standsAfter(...FAILED, event('UndoFailed', { stage: 'notify', failure }));
    expect(decideToConclude(end, 'stuck', 'restore it by hand')).toEqual([
      event('DeploymentStuck', {
        summary: { stages: { ...stages, notify: 'undoFailed' }, failedStage: 'notify' },
        next: 'restore it by hand',
      }),
    ]);
  });
});

test('a rollback that was refused failed at no stage', () => {
  const [requested] = REQUESTED;
  const refused = standsAfter(
    requested,
    event('DeploymentStarted', { entry: 'rollback' }),
    event('RollbackRefused', { failure: failed('rejected', 'compensate') }),
  );
  expect(refused.state).toEqual(['conclude failure']);
  expect(decideToConclude(refused, 'failed', 'none')).toMatchObject([
    { type: 'DeploymentFailed', data: { summary: { failedStage: null } } },
  ]);
});

test('the opening is written once, for the lane that is entered', () => {
  expect(opening(standsAfter(...REQUESTED))).toEqual([event('DeploymentStarted', { entry: 'forward' })]);
  expect(opening(standsAfter(...REQUESTED), 'rollback')).toEqual([
    event('DeploymentStarted', { entry: 'rollback' }),
  ]);
  expect(opening(standsAfter(...RUNNING))).toEqual([]);
});
