import { describe, expect, test } from 'vitest';
import { COLOURED, PLAIN } from '../../../lib/cli/output/style.ts';
import { widthOf } from '../../../lib/cli/output/width.ts';
import { changeLines } from '../../../lib/cli/progress/change-lines.ts';
import { headline } from '../../../lib/cli/progress/headline.ts';
import { lastScreen } from '../../../lib/cli/progress/last-screen.ts';
import { createMeasurementLines } from '../../../lib/cli/progress/measurement-lines.ts';
import { signOfLife } from '../../../lib/cli/progress/sign-of-life.ts';
import { stageLines } from '../../../lib/cli/progress/stage-list.ts';
import { event } from '../../../lib/history/events.ts';
import type { StageView } from '../../../lib/lifecycle/view.ts';
import { asOf, at, ID, LIVE, REJECTED, STORY } from '../sample-deployment.ts';

/** The placement itself fails, and is undone. */
const FAILED_CHANGE = [
  ...STORY.slice(0, 7),
  event('StageFailed', {
    stage: 'rollout-place',
    attempt: 1,
    failure: { ...REJECTED, mode: 'errored', expected: 'healthy', observed: 'exit code 1' },
  }),
  event('StageUndone', { stage: 'rollout-place', effect: 'undone' }),
  event('StageUndone', { stage: 'acquire-production', effect: 'undone' }),
];

/** A person stops it while the unit tests run. */
const STOPPED = [
  ...STORY.slice(0, 3),
  event('StopRequested', { actor: 'root', reason: 'none given' }),
  event('StageFailed', {
    stage: 'unit-tests',
    attempt: 1,
    failure: { ...REJECTED, mode: 'stopped', observed: 'the deployment was asked to stop' },
  }),
  event('DeploymentFailed', { summary: { stages: {}, failedStage: 'unit-tests' } }),
];

describe('the stage list', () => {
  test('shows state, name, question and time of each stage while it runs', () => {
    const lines = stageLines(asOf(7).view, { now: at(8), columns: 78, style: PLAIN });
    expect(lines).toEqual([
      '  ✔ passed      unit-tests          Do the unit tests pass?               1.0s',
      '  ✔ passed      acquire-production  Is the environment free?              1.0s',
      '  ▸ running     rollout-place       Does the release start?               2.0s',
      '  · pending     rollout-smoke       Does it answer?',
    ]);
  });

  test('shows both sides of the question that failed', () => {
    const lines = stageLines(asOf(STORY.length).view, { now: at(60), columns: 78, style: PLAIN });
    expect(lines).toEqual([
      '  ✔ passed      unit-tests          Do the unit tests pass?               1.0s',
      '  ↶ undone      acquire-production  Is the environment free?',
      '  ↶ undone      rollout-place       Does the release start?',
      '  ✖ failed      rollout-smoke       Does it answer?                       1.0s',
      '                                    expected status 200 from /',
      '                                    observed status 500 from /',
    ]);
  });

  test('never takes more columns than there are', () => {
    for (const columns of [40, 60, 79, 200]) {
      const lines = stageLines(asOf(STORY.length).view, { now: at(60), columns, style: PLAIN });
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
    }
  });

  test('cuts nothing where no terminal limits it', () => {
    const long = `${'very '.repeat(60)}long`;
    const { view } = asOf(3);
    const stages = view.stages.map((stage) => ({ ...stage, question: long }));
    const columns = Number.POSITIVE_INFINITY;
    const lines = stageLines({ ...view, stages }, { now: at(3), columns, style: PLAIN });
    expect(lines[0]).toBe(`  ▸ running     unit-tests          ${long}    1.0s`);
  });

  test('marks the change that failed after its undo too', () => {
    const lines = stageLines(asOf(10, FAILED_CHANGE).view, { now: at(60), columns: 84, style: PLAIN });
    expect(lines).toEqual([
      '  ✔ passed          unit-tests          Do the unit tests pass?                 1.0s',
      '  ↶ undone          acquire-production  Is the environment free?',
      '  ✖ failed, undone  rollout-place       Does the release start?',
      '                                        expected healthy',
      '                                        observed exit code 1',
      '  · pending         rollout-smoke       Does it answer?',
    ]);
  });

  test('says of a stage that was stopped no more than that', () => {
    const lines = stageLines(asOf(6, STOPPED).view, { now: at(60), columns: 78, style: PLAIN });
    expect(lines[0]).toBe('  ■ stopped     unit-tests          Do the unit tests pass?               2.0s');
    expect(lines).toHaveLength(4);
  });

  test('says with colour what it says without', () => {
    const rendering = { now: at(60), columns: 78 };
    const coloured = stageLines(asOf(10).view, { ...rendering, style: COLOURED });
    expect(coloured.join('\n')).toContain('\u001b[31m✖ failed');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is taken away
    const bare = coloured.map((line) => line.replaceAll(/\u001b\[\d+m/g, ''));
    expect(bare).toEqual(stageLines(asOf(10).view, { ...rendering, style: PLAIN }));
  });
});

describe('lines of change', () => {
  test('say each change once, with its time', () => {
    const lines = STORY.flatMap((_, index) =>
      changeLines(index === 0 ? undefined : asOf(index), asOf(index + 1), at(index), PLAIN),
    );
    expect(lines).toEqual([
      '04:12:02  ▸ running     unit-tests  Do the unit tests pass?',
      '04:12:03  ✔ passed      unit-tests  1.0s  expected exit code 0, observed exit code 0',
      '04:12:04  ▸ running     acquire-production  Is the environment free?',
      '04:12:05  ✔ passed      acquire-production  1.0s  expected the lease, observed fence 1',
      '04:12:06  ▸ running     rollout-place  Does the release start?',
      '04:12:07  ✔ passed      rollout-place  1.0s  expected healthy, observed healthy after 0.4s',
      '04:12:08  ▸ running     rollout-smoke  Does it answer?',
      '04:12:09  ✖ failed      rollout-smoke  1.0s  expected status 200 from /, observed status 500 from /',
      '04:12:10  ↶ undone      rollout-place',
      '04:12:11  ↶ undone      acquire-production',
    ]);
  });

  test('say that a stop was asked for, without what could harm a terminal', () => {
    const stop = event('StopRequested', { actor: 'ada', reason: 'wrong\u001b[2J branch\u202e' });
    const story = [...STORY.slice(0, 3), stop];
    expect(changeLines(asOf(3), asOf(4, story), at(3), PLAIN)).toEqual([
      '04:12:03  ■ stopping    asked by ada: wrong branch',
    ]);
  });
});

/** An analysis that has seen so many requests when its window is over. */
const extendedAfter = (requests: number) => {
  const { view, ...deployment } = asOf(9);
  const evidence = {
    candidate: requests === 0 ? null : { requests, errors: 0, p95Ms: 2 },
    live: null,
    elapsedSeconds: 60,
    windowSeconds: 60,
    restarted: false,
    problem: null,
  };
  const stages = view.stages.map((stage) =>
    stage.name === 'rollout-smoke'
      ? {
          ...stage,
          kind: 'analysis' as const,
          attempts: 2,
          extended: true,
          failure: { ...REJECTED, observed: `${requests} of 50 requests needed`, evidence },
        }
      : stage,
  );
  return { ...deployment, view: { ...view, stages } };
};

test.each([
  [0, 'no requests yet; a canary needs traffic'],
  [7, '7 of 50 requests needed'],
])('an analysis with %d requests that gets a second window is extended, not retried', (requests, why) => {
  expect(changeLines(asOf(9), extendedAfter(requests), at(9), PLAIN)).toEqual([
    `04:12:09  ↻ extended    rollout-smoke  observed for as long again: ${why}`,
  ]);
});

test('an analysis without traffic says so in the stage list until there is some', () => {
  const rendering = { now: at(9), columns: 78, style: PLAIN };
  expect(stageLines(extendedAfter(0).view, rendering).join('\n')).toContain('a canary needs traffic');
  expect(stageLines(extendedAfter(7).view, rendering).join('\n')).not.toContain('a canary needs traffic');
});

test('measurements are said as they come, at most one per stage in five seconds', () => {
  const lines = createMeasurementLines(PLAIN);
  const measured = (second: number, stage = 'rollout-smoke') =>
    lines(asOf(9), {
      at: at(second),
      events: [
        event('StageMeasured', {
          stage,
          attempt: 1,
          evidence: null,
          judgement: { verdict: 'inconclusive', expected: 'x', observed: `${second} requests` },
        }),
      ],
    });
  expect([9, 10, 13, 14, 15, 19].map((second) => measured(second))).toEqual([
    ['04:12:09  · measured    rollout-smoke  9 requests'],
    [],
    [],
    ['04:12:14  · measured    rollout-smoke  14 requests'],
    [],
    ['04:12:19  · measured    rollout-smoke  19 requests'],
  ]);
  expect(measured(20, 'unit-tests')).toEqual([]);
});

test('a measurement that says again what was said is no line, and one without traffic asks for it after ten seconds', () => {
  const lines = createMeasurementLines(PLAIN);
  const deployment = extendedAfter(0);
  const measured = (second: number, requests: number, observed: string) =>
    lines(deployment, {
      at: at(second),
      events: [
        event('StageMeasured', {
          stage: 'rollout-smoke',
          attempt: 1,
          evidence: { candidate: { requests }, elapsedSeconds: second - 9 },
          judgement: { verdict: 'inconclusive', expected: 'at least 10 requests', observed },
        }),
      ],
    });
  const told = [
    measured(9, 0, 'no requests; 0 of 10 requests needed'),
    measured(14, 0, 'no requests; 0 of 10 requests needed'),
    measured(19, 0, 'no requests; 0 of 10 requests needed'),
    measured(24, 0, 'no requests; 0 of 10 requests needed'),
    measured(29, 12, 'error rate 0 % (0 of 12); 20 s of 60 s observed'),
    measured(34, 12, 'error rate 0 % (0 of 12); 25 s of 60 s observed'),
  ];
  expect(told).toEqual([
    ['04:12:09  · measured    rollout-smoke  no requests; 0 of 10 requests needed'],
    [],
    ['04:12:19  · measured    rollout-smoke  no requests yet; a canary needs traffic'],
    [],
    ['04:12:29  · measured    rollout-smoke  error rate 0 % (0 of 12); 20 s of 60 s observed'],
    [],
  ]);
});

test('the sign of life of a placement says which answer is waited for', () => {
  expect(signOfLife(asOf(7), at(36))).toBe(
    '04:12:36  … still running rollout-place for 30.0s, waiting for the service to answer / with a status below 400',
  );
});

test('the sign of life carries the newest measurement, whole', () => {
  const observed = 'seen '.repeat(100).trim();
  const judgement = { verdict: 'inconclusive', expected: 'x', observed } as const;
  const { view, ...deployment } = asOf(9);
  const stages = view.stages.map((stage) => (stage.state === 'running' ? { ...stage, judgement } : stage));
  expect(signOfLife({ ...deployment, view: { ...view, stages } }, at(38))).toBe(
    `04:12:38  … still running rollout-smoke for 30.0s, last observed ${observed}`,
  );
});

test('the sign of life says what is waited for', () => {
  expect(signOfLife(asOf(3), at(33))).toBe('04:12:33  … still running unit-tests for 31.0s');
  expect(signOfLife(asOf(1), at(33))).toBe('04:12:33  … still waiting for the deployment to go on');
});

describe('the last screen', () => {
  test('of a failure repeats the cause, what was undone, what is live and what to type', () => {
    expect(lastScreen(asOf(STORY.length).view, { production: LIVE }, PLAIN)).toEqual([
      '✖ rolled back  storefront 2.0.0  deployment 7a31c9e0, 12.0s',
      '  stage     rollout-smoke',
      '  question  Does it answer?',
      '  expected  status 200 from /',
      '  observed  status 500 from /',
      '  undone    rollout-place, acquire-production',
      '  live now  1.0.0 in production',
      '  next      nonevent explain 7a31c9e0',
    ]);
  });

  test('keeps the lines of what was observed', () => {
    const { view } = asOf(STORY.length);
    const failure = { ...view.failure, observed: 'drain: 2, 5\nflags.a: \u001b[31mtrue, absent' };
    const lines = lastScreen({ ...view, failure } as typeof view, { production: LIVE }, PLAIN);
    expect(lines.slice(4, 6)).toEqual(['  observed  drain: 2, 5', '            flags.a: true, absent']);
  });

  test('of a deployment that was stopped says by whom, and asks no question', () => {
    expect(lastScreen(asOf(6, STOPPED).view, { production: LIVE }, PLAIN)).toEqual([
      '■ stopped by root  storefront 2.0.0  deployment 7a31c9e0, 5.0s',
      '  stopped by  root, no reason given',
      '  while at    unit-tests',
      '  undone      nothing, nothing had been changed',
      '  live now    1.0.0 in production',
      '  next        nonevent rerun 7a31c9e0',
    ]);
  });

  test('of a lease that is held says how to go on', () => {
    const held = event('StageFailed', {
      stage: 'acquire-production',
      attempt: 1,
      failure: {
        mode: 'rejected',
        question: 'Is the environment free?',
        expected: 'a free lease',
        observed: 'held by deployment 7a99000000000000aaaa',
        recovery: 'compensate',
        next: 'wait for it',
      },
    });
    const story = [
      ...STORY.slice(0, 5),
      held,
      event('StageUndone', { stage: 'acquire-production', effect: 'nothing' }),
      event('DeploymentRolledBack', { summary: { stages: {}, failedStage: 'acquire-production' } }),
    ];
    const lines = lastScreen(asOf(8, story).view, { production: LIVE }, PLAIN);
    expect(lines[0]).toBe('■ lease held  storefront 2.0.0  deployment 7a31c9e0, 7.0s');
    expect(lines.at(-1)).toBe('  next      nonevent status, then nonevent rerun 7a31c9e0');
  });
});

test('the headline names pipeline, release, deployment and time', () => {
  expect(headline(asOf(3).view, at(5), PLAIN)).toBe(
    `▸ running  storefront 2.0.0  deployment ${ID.slice(0, 8)}, 5.0s`,
  );
});

test('the headline of a running deployment says how the traffic is split', () => {
  const { view } = asOf(9);
  const weights = { '1.0.0-7a990000': 50, '2.0.0-7a31c9e0': 50 };
  const shift = {
    ...(view.stages[2] as StageView),
    name: 'rollout-50',
    kind: 'shift',
    evidence: { weights },
  } as const;
  const shifted = { ...view, stages: [...view.stages, shift] };
  expect(headline(shifted, at(9), PLAIN)).toBe(
    '▸ running  storefront 2.0.0  deployment 7a31c9e0, 9.0s, traffic 1.0.0 50 % · 2.0.0 50 %',
  );
  const undone = { ...view, stages: [...view.stages, { ...shift, state: 'undone' as const }] };
  expect(headline(undone, at(9), PLAIN)).not.toContain('traffic');
  expect(headline({ ...shifted, outcome: 'succeeded' }, at(9), PLAIN)).not.toContain('traffic');
});
