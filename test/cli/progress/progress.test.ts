import { describe, expect, test } from 'vitest';
import { COLOURED, PLAIN } from '../../../lib/cli/output/style.ts';
import { widthOf } from '../../../lib/cli/output/width.ts';
import { changeLines } from '../../../lib/cli/progress/change-lines.ts';
import { headline } from '../../../lib/cli/progress/headline.ts';
import { lastScreen } from '../../../lib/cli/progress/last-screen.ts';
import { signOfLife } from '../../../lib/cli/progress/sign-of-life.ts';
import { stageLines } from '../../../lib/cli/progress/stage-list.ts';
import { event } from '../../../lib/history/events.ts';
import { asOf, at, ID, LIVE, STORY } from '../sample-deployment.ts';

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
    expect(lines.at(-1)).toBe('  next      nonevent status, then nonevent deploy --again');
  });
});

test('the headline names pipeline, release, deployment and time', () => {
  expect(headline(asOf(3).view, at(5), PLAIN)).toBe(
    `▸ running  storefront 2.0.0  deployment ${ID.slice(0, 8)}, 5.0s`,
  );
});
