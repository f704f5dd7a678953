import { expect, it } from 'vitest';
import { countingLost } from '../../functions/aws/serving/counting-lost.ts';

/** What is counted, and what is answered. */
async function counted(answer: unknown): Promise<readonly unknown[]> {
  const counts: unknown[] = [];
  const count = (metric: string, howOften = 1) => counts.push([metric, howOften]);
  const answered = await countingLost(async () => answer, count)({});
  return [...counts, answered];
}

it('counts every execution that had died, and none where all live', async () => {
  const none = { drivenOn: [], freed: ['staging'], cooled: [] };
  expect(await counted(none)).toEqual([['RunsLost', 0], none]);
  const two = { drivenOn: ['0f3a9c1b7d2e4f508a61', '1f3a9c1b7d2e4f508a61'], freed: [], cooled: [] };
  expect(await counted(two)).toEqual([['RunsLost', 2], two]);
});

it('refuses an answer that does not say what was driven on', async () => {
  await expect(counted({ cooled: [] })).rejects.toThrow('drivenOn');
});
