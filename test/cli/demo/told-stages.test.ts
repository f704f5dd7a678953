import { expect, test } from 'vitest';
import { BAD } from '../../../lib/cli/demo/plan.ts';
import { deployedAs } from '../../../lib/cli/demo/record.ts';
import { toldNow, toldStages } from '../../../lib/cli/demo/told-stages.ts';
import { wrapped } from '../../../lib/cli/demo/wrapped.ts';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { sampleRecord } from './sample-record.ts';

const commits = deployedAs(sampleRecord(), BAD)?.commits ?? [];

/** What is told of the commits, one after the other, as they come. */
function toldOf(columns: number | undefined): readonly string[] {
  return commits.flatMap((commit, index) =>
    toldStages(replay(commits.slice(0, index + 1)), commit, { style: PLAIN, columns }),
  );
}

test('tells each stage once, with question, verdict and evidence on one line', () => {
  expect(toldOf(undefined).slice(2, 6)).toEqual([
    '  ✔ passed   unit-tests                   10ms  Do the unit tests pass?  as it should be',
    '  ✔ passed   acquire-staging              10ms  Is the environment free for this deployment?  as it should be',
    '  ✔ passed   staging-apis                 10ms  Do its APIs fit those of every revision that is live or may come back?  as it should be',
    '  ✔ passed   staging-place                10ms  Does the release start and answer its health check?  as it should be',
  ]);
  expect(toldOf(undefined).slice(-8)).toEqual([
    '  ✔ passed   release-10                   10ms  Does 10 % of the traffic go to the new revision?  as it should be',
    '  ✖ failed   release-10-analysis          1.6s  Does it do what it should?  error rate, which is bad, expected what it should do',
    '  ↶ undone   release-10                         40ms after the verdict',
    '  ↶ undone   release-place                      40ms after the verdict',
    '  ↶ undone   acquire-production                 40ms after the verdict',
    '  ↶ undone   staging-100                        40ms after the verdict',
    '  ↶ undone   staging-place                      40ms after the verdict',
    '  ↶ undone   acquire-staging                    40ms after the verdict',
  ]);
});

test('breaks before the evidence where a terminal is too narrow for both', () => {
  expect(toldOf(90).slice(-11, -6)).toEqual([
    '  ✔ passed   release-10                   10ms  Does 10 % of the traffic go to the new revision?',
    '                                                as it should be',
    '  ✖ failed   release-10-analysis          1.6s  Does it do what it should?',
    '                                                error rate, which is bad',
    '                                                expected what it should do',
  ]);
});

test('tells what runs right now, and for how long', () => {
  const running = commits.findIndex(({ events }) =>
    events.some((event) => event.type === 'StageStarted' && event.data.stage === 'release-10-analysis'),
  );
  expect(toldNow(replay(commits.slice(0, running + 1)), '2026-11-23T10:01:51.360Z')).toBe(
    '▸ release-10-analysis  1.0s',
  );
});

test('wraps between words, and neither before a percent sign nor within a word', () => {
  expect(wrapped('an error rate of 22 % (9 of 41)', 18)).toEqual(['an error rate of', '22 % (9 of 41)']);
  expect(wrapped('see http://127.0.0.1:20003/products', 10)).toEqual([
    'see',
    'http://127.0.0.1:20003/products',
  ]);
});
