import { expect, test } from 'vitest';
import { toldNow, toldStages } from '../../../lib/cli/demo/told-stages.ts';
import { wrapped } from '../../../lib/cli/demo/wrapped.ts';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { sampleRecord } from './sample-record.ts';

const commits = sampleRecord().deployed[2]?.commits ?? [];

/** What is told of the commits, one after the other, as they come. */
function toldOf(columns: number | undefined): readonly string[] {
  return commits.flatMap((commit, index) =>
    toldStages(replay(commits.slice(0, index + 1)), commit, { style: PLAIN, columns }),
  );
}

test('tells each stage once, with question, verdict and evidence on one line', () => {
  expect(toldOf(undefined)).toEqual([
    '  ✔ passed   syntax                 50ms  Is every module valid JavaScript?  as it should be',
    '  ✔ passed   unit-tests             50ms  Do the unit tests pass?  as it should be',
    '  ✔ passed   acquire-production     50ms  Is the environment free for this deployment?  as it should be',
    '  ✔ passed   release-place          50ms  Does the release start and answer its health check?  as it should be',
    '  ✔ passed   release-smoke          50ms  Does the new revision answer as expected before it gets any traffic?  as it should be',
    '  ✔ passed   release-10             50ms  Does 10 % of the traffic go to the new revision?  10 %',
    '  ✖ failed   release-10-analysis    1.6s  Does the new revision serve 10 % of the traffic as well as it has to?  22 % errors, expected at most 1 % errors',
    '  ↶ undone   release-10                   40ms after the verdict',
    '  ↶ undone   release-place                40ms after the verdict',
    '  ↶ undone   acquire-production           40ms after the verdict',
  ]);
});

test('breaks before the evidence where a terminal is too narrow for both', () => {
  expect(toldOf(90).slice(-8, -3)).toEqual([
    '  ✔ passed   release-10             50ms  Does 10 % of the traffic go to the new revision?',
    '                                          10 %',
    '  ✖ failed   release-10-analysis    1.6s  Does the new revision serve 10 % of the traffic as well as it has to?',
    '                                          22 % errors',
    '                                          expected at most 1 % errors',
  ]);
});

test('tells what runs right now, and for how long', () => {
  const running = commits.findIndex(({ events }) =>
    events.some((event) => event.type === 'StageStarted' && event.data.stage === 'release-10-analysis'),
  );
  expect(toldNow(replay(commits.slice(0, running + 1)), '2026-11-23T10:00:21.360Z')).toBe(
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
