import { expect, it } from 'vitest';
import { countingUnsound } from '../../functions/aws/serving/counting-unsound.ts';
import { NoneventError } from '../../lib/nonevent-error.ts';

/** What is counted while a seal is made, and how that ended. */
async function counted(seal: () => Promise<unknown>): Promise<readonly unknown[]> {
  const counts: unknown[] = [];
  const count = (metric: string, howOften = 1) => counts.push([metric, howOften]);
  const ended = await countingUnsound(
    seal,
    count,
  )({}).then(
    () => 'returned',
    (thrown: Error) => thrown.message,
  );
  return [...counts, ended];
}

it('counts every stream that is not sound, and nothing where all are', async () => {
  expect(await counted(async () => ({ seal: 1, findings: 0 }))).toEqual(['returned']);
  expect(await counted(async () => ({ seal: 1, findings: 2 }))).toEqual([['HistoryNotSound', 2], 'returned']);
});

it('counts a copy of a seal that says something else, and fails as before', async () => {
  const another = new NoneventError('HistoryCorrupt', 'the copy of seal 7 is another one');
  expect(await counted(() => Promise.reject(another))).toEqual([
    ['HistoryNotSound', 1],
    'the copy of seal 7 is another one',
  ]);
});

it('does not count a bucket that cannot be reached', async () => {
  const outage = new NoneventError('StoreUnavailable', 'the bucket did not answer');
  expect(await counted(() => Promise.reject(outage))).toEqual(['the bucket did not answer']);
});
