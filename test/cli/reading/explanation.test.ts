import { describe, expect, test } from 'vitest';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { explanation } from '../../../lib/cli/reading/explanation.ts';
import { onTheWay } from '../../../lib/cli/reading/on-the-way.ts';
import { type Event, event } from '../../../lib/history/events.ts';
import type { Failure } from '../../../lib/history/failure.ts';
import { mayHelpAgain } from '../../../lib/lifecycle/wording/next-command.ts';
import { asOf, at, LIVE, REJECTED, STORY } from '../sample-deployment.ts';

const explained = (story: readonly Event[]): readonly string[] =>
  explanation(asOf(story.length, story).view, story, { production: LIVE }, at(60), PLAIN);

const attemptFailed = (failure: Partial<Failure>): Event =>
  event('StageAttemptFailed', {
    stage: 'unit-tests',
    attempt: 1,
    lane: 'forward',
    failure: { ...REJECTED, recovery: 'retry', ...failure },
  });

test('after a rejection it says why and what was done in words, and to deploy what was mended', () => {
  const next = 'none: every change is undone; mend the cause and deploy again';
  const failed = event('StageFailed', {
    stage: 'rollout-smoke',
    attempt: 1,
    failure: { ...REJECTED, evidence: { status: 500 }, next },
  });
  expect(explained([...STORY.slice(0, 9), failed, ...STORY.slice(10)])).toEqual([
    '✖ rolled back  storefront 2.0.0  deployment 7a31c9e0, 12.0s',
    '  stage         rollout-smoke',
    '  question      Does it answer?',
    '  expected      status 200 from /',
    '  observed      status 500 from /',
    '  why rejected  the criterion was false',
    '  then          everything was undone',
    '  undone        rollout-place, acquire-production',
    '  on the way    no executor was lost, no attempt failed',
    '  live now      1.0.0 in production',
    '  advice        every change is undone; mend the cause and deploy again',
    '  next          nonevent deploy',
    '  evidence',
    '    status: 500',
  ]);
});

test('of a success it says what was checked, with which evidence, and what happened on the way', () => {
  const judgement = { verdict: 'pass', expected: 'status 200 from /', observed: 'status 200' } as const;
  const lost = attemptFailed({ mode: 'lost', observed: 'the attempt began and its executor vanished' });
  const story = [
    ...STORY.slice(0, 3),
    lost,
    event('StageStarted', { stage: 'unit-tests', attempt: 2 }),
    event('StagePassed', {
      stage: 'unit-tests',
      attempt: 2,
      evidence: { exitCode: 0 },
      judgement: { verdict: 'pass', expected: 'exit code 0', observed: 'exit code 0' },
    }),
    ...STORY.slice(4, 9),
    event('StagePassed', { stage: 'rollout-smoke', attempt: 1, evidence: { status: 200 }, judgement }),
    event('DeploymentSucceeded', { summary: { stages: {}, failedStage: null } }),
  ];
  expect(explained(story)).toEqual([
    '✔ succeeded  storefront 2.0.0  deployment 7a31c9e0, 12.0s',
    '  checked     unit-tests: exit code 0 (expected exit code 0)',
    '              rollout-smoke: status 200 (expected status 200 from /)',
    '  on the way  unit-tests, attempt 1: its executor was lost, as when the system restarts; tried again',
    '  live now    1.0.0 in production',
    '  next        nonevent status',
  ]);
});

test('of a deployment that was stopped it says by whom, and no criterion', () => {
  const story = [
    ...STORY.slice(0, 3),
    event('StopRequested', { actor: 'ada', reason: 'wrong branch' }),
    event('StageFailed', { stage: 'unit-tests', attempt: 1, failure: { ...REJECTED, mode: 'stopped' } }),
    event('DeploymentFailed', { summary: { stages: {}, failedStage: 'unit-tests' } }),
  ];
  expect(explained(story)).toEqual([
    '■ stopped by ada  storefront 2.0.0  deployment 7a31c9e0, 5.0s',
    '  stopped by  ada: wrong branch',
    '  while at    unit-tests',
    '  then        nothing had been changed, so there was nothing to undo',
    '  undone      nothing, nothing had been changed',
    '  on the way  no executor was lost, no attempt failed',
    '  live now    1.0.0 in production',
    '  next        nonevent rerun 7a31c9e0',
  ]);
});

describe('the very same may help again', () => {
  const { view } = asOf(STORY.length);
  test.each([
    ['rejected', 'rollout-smoke', false],
    ['rejected', 'acquire-production', true],
    ['errored', 'rollout-place', false],
    ['inconclusive', 'rollout-smoke', false],
    ['stopped', 'rollout-smoke', true],
    ['lost', 'rollout-smoke', true],
    ['timedOut', 'acquire-production', true],
    ['timedOut', 'unit-tests', false],
  ] as const)('after %s at %s: %s', (mode, stage, expected) => {
    expect(mayHelpAgain({ ...view, failure: { ...REJECTED, mode, stage } })).toBe(expected);
  });
});

test('an extension and an attempt that failed are told as what they are', () => {
  expect(
    onTheWay([
      attemptFailed({ mode: 'inconclusive', recovery: 'extend', observed: '3 of 50 requests' }),
      attemptFailed({ mode: 'errored', observed: 'no route to host' }),
    ]),
  ).toEqual([
    'unit-tests, attempt 1: 3 of 50 requests; observed for as long again',
    'unit-tests, attempt 1: no route to host; tried again',
  ]);
});
