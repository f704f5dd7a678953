import { describe, expect, test } from 'vitest';
import { type DeploymentEvent, event } from '../../lib/history/events.ts';
import {
  type Cause,
  type Decision,
  decideToExtend,
  decideToFail,
  isExtended,
} from '../../lib/lifecycle/decide.ts';
import type { Stage } from '../../lib/pipeline/stage.ts';
import { attemptFailed, passed, started } from './histories.ts';
import {
  CHANGING,
  ERRORED,
  INCONCLUSIVE,
  lateOutcomes,
  NOTIFY,
  RECOVERIES,
  REQUESTED,
  RUNNING,
  STOP,
  standsAfter,
  UNIT,
  WATCH,
  WATCHING,
} from './unit-notify-watch.ts';

describe('to extend', () => {
  const extended = decideToExtend(standsAfter(...WATCHING), WATCH, 1, INCONCLUSIVE);

  test('begins one more attempt, measured from where the first began', () => {
    expect(extended).toMatchObject([
      {
        type: 'StageAttemptFailed',
        data: { attempt: 1, failure: { mode: 'inconclusive', recovery: 'extend' } },
      },
      { type: 'StageStarted', data: { attempt: 2, capture: 'since' } },
    ]);
  });

  test('is known from then on, whatever else fails', () => {
    expect(isExtended(standsAfter(...WATCHING), WATCH)).toBe(false);
    expect(isExtended(standsAfter(...WATCHING, ...extended), WATCH)).toBe(true);
    expect(
      isExtended(
        standsAfter(...WATCHING, ...extended, attemptFailed('watch', 2), started('watch', 3)),
        WATCH,
      ),
    ).toBe(true);
  });

  test('inconclusive once more is then a failure', () => {
    expect(
      decideToFail(standsAfter(...WATCHING, ...extended), WATCH, RECOVERIES, INCONCLUSIVE),
    ).toMatchObject([
      {
        type: 'StageFailed',
        data: { attempt: 2, failure: { mode: 'inconclusive', recovery: 'compensate' } },
      },
    ]);
  });

  test('takes no retry away', () => {
    let history: readonly DeploymentEvent[] = [...WATCHING, ...extended];
    const recoveries: string[] = [];
    for (let attempt = 2; attempt <= 4; attempt++) {
      const decided = decideToFail(standsAfter(...history), WATCH, RECOVERIES, ERRORED);
      recoveries.push(decided[0]?.type ?? '');
      history = [...history, ...decided, started('watch', attempt + 1)];
      if (decided[0]?.type === 'StageFailed') break;
    }
    expect(recoveries).toEqual(['StageAttemptFailed', 'StageAttemptFailed', 'StageFailed']);
  });

  test.each(lateOutcomes())('records nothing %s', (_, late) => {
    expect(decideToExtend(late, UNIT, 1, INCONCLUSIVE)).toEqual([]);
  });
});

describe('to fail', () => {
  test('records question, expected, observed, evidence, recovery and the next safe action', () => {
    const rejected: Cause = {
      mode: 'rejected',
      expected: 'exit 0',
      observed: 'exit 1',
      evidence: { exit: 1 },
    };
    expect(decideToFail(standsAfter(...RUNNING), UNIT, RECOVERIES, rejected)).toEqual([
      event('StageFailed', {
        stage: 'unit',
        attempt: 1,
        failure: {
          mode: 'rejected',
          question: 'Does it hold?',
          expected: 'exit 0',
          observed: 'exit 1',
          evidence: { exit: 1 },
          recovery: 'compensate',
          next: 'none: every change is undone; mend the cause and deploy again',
        },
      }),
    ]);
  });

  test('tries again as often as the stage says and no more', () => {
    expect(failingFor(UNIT, [...RUNNING], 'unit')).toEqual([
      'StageAttemptFailed 1',
      'StageAttemptFailed 2',
      'StageFailed 3',
    ]);
  });

  test('counts attempts that failed before they began, and then nothing began', () => {
    let history: readonly DeploymentEvent[] = REQUESTED;
    const seen: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const decided = decideToFail(standsAfter(...history), UNIT, RECOVERIES, ERRORED);
      seen.push(decided.map(labelOf).join(' + '));
      history = [...history, ...decided];
    }
    expect(seen).toEqual([
      'DeploymentStarted + StageAttemptFailed 1',
      'StageAttemptFailed 2',
      'StageFailed 0',
    ]);
  });

  test('a change that failed before it began is not undone, one that began is', () => {
    const refused = decideToFail(standsAfter(...RUNNING, passed('unit')), NOTIFY, RECOVERIES, {
      ...ERRORED,
      mode: 'rejected',
    });
    expect(refused.map(labelOf)).toEqual(['StageFailed 0']);
    expect(standsAfter(...RUNNING, passed('unit'), ...refused).state).toEqual(['conclude failure']);
    const begun = decideToFail(standsAfter(...CHANGING), NOTIFY, RECOVERIES, {
      ...ERRORED,
      mode: 'rejected',
    });
    expect(begun.map(labelOf)).toEqual(['StageFailed 1']);
    expect(standsAfter(...CHANGING, ...begun).state).toEqual(['undo notify']);
  });

  test('does not try again once a stop was asked for', () => {
    expect(decideToFail(standsAfter(...RUNNING, STOP), UNIT, RECOVERIES, ERRORED).map(labelOf)).toEqual([
      'StageFailed 1',
    ]);
  });

  test('does not try again where the kind does not retry that mode', () => {
    const timedOut: Cause = { ...ERRORED, mode: 'timedOut' };
    expect(decideToFail(standsAfter(...RUNNING), UNIT, RECOVERIES, timedOut).map(labelOf)).toEqual([
      'StageFailed 1',
    ]);
  });
});

/** Fails, begins again and fails until it fails for good. */
function failingFor(stage: Stage, history: readonly DeploymentEvent[], name: string): readonly string[] {
  const decided = decideToFail(standsAfter(...history), stage, RECOVERIES, ERRORED);
  const [first] = decided;
  if (first?.type !== 'StageAttemptFailed') return decided.map(labelOf);
  const begun = started(name, first.data.attempt + 1);
  return [...decided.map(labelOf), ...failingFor(stage, [...history, ...decided, begun], name)];
}

function labelOf(decided: Decision[number]): string {
  return 'attempt' in decided.data ? `${decided.type} ${decided.data.attempt}` : decided.type;
}

describe('a check without force', () => {
  const ADVICE = { ...UNIT, mode: 'advisory' as const, retries: 0 };
  const cause = { mode: 'errored', expected: 'an answer', observed: 'no such host' } as const;

  test('does not stop the deployment by failing to find anything out', () => {
    expect(decideToFail(standsAfter(...RUNNING), ADVICE, RECOVERIES, cause)).toEqual([
      event('StagePassed', {
        stage: 'unit',
        attempt: 1,
        evidence: null,
        judgement: { verdict: 'inconclusive', expected: 'an answer', observed: 'errored: no such host' },
      }),
    ]);
  });

  test('begins first where it failed before it began', () => {
    expect(
      decideToFail(standsAfter(...REQUESTED), ADVICE, RECOVERIES, cause).map(({ type }) => type),
    ).toEqual(['DeploymentStarted', 'StageStarted', 'StagePassed']);
  });

  test('still fails when the deployment is stopped', () => {
    const stopped = { ...cause, mode: 'stopped' } as const;
    expect(decideToFail(standsAfter(...RUNNING), ADVICE, RECOVERIES, stopped)).toMatchObject([
      { type: 'StageFailed', data: { failure: { mode: 'stopped' } } },
    ]);
  });
});
