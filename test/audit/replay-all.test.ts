import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayAll } from '../../lib/audit/replay-all.ts';
import { PLAIN } from '../../lib/cli/output/style.ts';
import { replayLines } from '../../lib/cli/reading/replay-everything.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { Event } from '../../lib/history/events.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { FIRST_STREAM, SECOND_STREAM, SUCCEEDS, write, writeSampleHistory } from './sample-history.ts';

let dynalite: Dynalite;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

async function replayed(first: readonly (readonly Event[])[]) {
  const [client, table] = [dynalite.client(), await dynalite.newTable()];
  const store = createDynamoDBEventStore({ client, table });
  await writeSampleHistory(store, [FIRST_STREAM]);
  await write(store, FIRST_STREAM, first);
  return replayAll({ client, table });
}

it('folds every deployment and holds how each closed against its events', async () => {
  expect(await replayed(SUCCEEDS)).toEqual({
    deployments: 2,
    ended: 2,
    commits: 29,
    events: 31,
    divergence: undefined,
    others: 0,
  });
});

it('does not count a deployment that runs as ended', async () => {
  expect(await replayed(SUCCEEDS.slice(0, -1))).toMatchObject({ deployments: 2, ended: 1, others: 0 });
});

it('names the first deployment whose closing summary is not what its events come to', async () => {
  const forged = SUCCEEDS.with(-1, SUCCEEDS.at(-1)?.map(withoutWatch) ?? []);
  const report = await replayed(forged);
  expect(report).toMatchObject({
    deployments: 2,
    ended: 1,
    divergence: { stream: FIRST_STREAM, seq: 14, bytes: { from: 1 } },
    others: 0,
  });
  expect(report.divergence?.problem).toMatch(
    /^its summary is .*"watch":"pending".*, but the events before it/,
  );
});

it('says it on a few lines', () => {
  const counts = { deployments: 2, ended: 1, commits: 29, events: 3000 };
  const style = PLAIN;
  expect(replayLines({ ...counts, divergence: undefined, others: 0 }, 1.5, style)).toEqual([
    '✔ sound  2 deployments, 29 commits, 3000 events; closing summaries as the events come to: 1',
    '  folded  in 1.50 s, 2000 events/s, reading included',
  ]);
  const divergence = { stream: SECOND_STREAM, seq: 3, problem: 'it is not' };
  expect(replayLines({ ...counts, divergence, others: 4 }, 1.5, style).slice(0, 2)).toEqual([
    '✖ broken  deployment#2222222222222222bbbb seq 3  it is not',
    '  more    4 deployments besides',
  ]);
});

function withoutWatch(found: Event): Event {
  if (found.type !== 'DeploymentSucceeded') return found;
  const { summary } = found.data;
  return { ...found, data: { summary: { ...summary, stages: { ...summary.stages, watch: 'pending' } } } };
}
