import { afterAll, beforeAll, expect, it } from 'vitest';
import { derivedFrom, deriveVerdicts } from '../../lib/audit/derive-verdicts.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { Commit, StreamName } from '../../lib/history/event-store.ts';
import { type Event, event } from '../../lib/history/events.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import {
  FIRST_STREAM,
  IS_ROLLED_BACK,
  SECOND_STREAM,
  SUCCEEDS,
  write,
  writeSampleHistory,
} from './sample-history.ts';

let dynalite: Dynalite;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

const commitsOf = (stream: StreamName, commits: readonly (readonly Event[])[]): readonly Commit[] =>
  commits.map((events, index) => ({
    stream,
    seq: index + 1,
    at: '2026-11-23T04:00:00.000Z',
    commit: String(index),
    prev: '',
    hash: '',
    body: JSON.stringify(events),
    events,
  }));

const differencesIn = (commits: readonly (readonly Event[])[]) =>
  derivedFrom(commitsOf(FIRST_STREAM, commits)).flatMap(({ difference }) => difference ?? []);

/** Replaces the one event of a commit. */
function changed(
  commits: readonly (readonly Event[])[],
  seq: number,
  change: (found: Event) => Event,
): readonly (readonly Event[])[] {
  const [found] = commits[seq - 1] ?? [];
  if (found === undefined) throw new Error(`there is no commit ${seq}`);
  return commits.with(seq - 1, [change(found)]);
}

it('finds no difference in a table whose verdicts come out of their evidence', async () => {
  const [client, table] = [dynalite.client(), await dynalite.newTable()];
  const store = createDynamoDBEventStore({ client, table });
  await writeSampleHistory(store);
  expect(await deriveVerdicts({ client, table })).toEqual({
    deployments: 2,
    judgements: 9,
    differences: [],
    findings: [],
  });
  expect(await deriveVerdicts({ client, table, stream: SECOND_STREAM })).toMatchObject({
    deployments: 1,
    judgements: 4,
  });
});

it('finds in a table a verdict that does not', async () => {
  const [client, table] = [dynalite.client(), await dynalite.newTable()];
  const forged = changed(SUCCEEDS, 3, (found) =>
    found.type === 'StagePassed'
      ? { ...found, data: { ...found.data, evidence: { exitCode: 1, signal: null, tail: '1 failed' } } }
      : found,
  );
  await write(createDynamoDBEventStore({ client, table }), FIRST_STREAM, forged);
  const { differences } = await deriveVerdicts({ client, table });
  expect(differences).toMatchObject([
    {
      stream: FIRST_STREAM,
      seq: 3,
      stage: 'unit-tests',
      problem:
        'unit-tests enforces and is recorded as passed, but its evidence comes to fail (expected exit code 0, observed exit code 1; last line: 1 failed)',
      recorded: { verdict: 'pass' },
      derived: { verdict: 'fail' },
      bytes: { from: 1 },
    },
  ]);
});

it('names a pass of an enforcing check whose own verdict does not pass', () => {
  const forged = changed(SUCCEEDS, 13, (found) =>
    found.type === 'StagePassed'
      ? event('StagePassed', { ...found.data, ...(SUCCEEDS[11]?.[0]?.data as object) })
      : found,
  );
  expect(differencesIn(forged)).toMatchObject([
    {
      seq: 13,
      stage: 'watch',
      problem: expect.stringMatching(/^watch enforces and is recorded as passed, but/),
    },
  ]);
});

it('accepts a fail of a check that only advises', () => {
  expect(differencesIn(IS_ROLLED_BACK)).toEqual([]);
});

it('names a failure whose evidence passes, and words that were changed', () => {
  const forged = changed(IS_ROLLED_BACK, 12, (found) =>
    found.type === 'StageFailed'
      ? {
          ...found,
          data: { ...found.data, failure: { ...found.data.failure, observed: 'error rate 90 %' } },
        }
      : found,
  );
  expect(differencesIn(forged)).toMatchObject([
    {
      seq: 12,
      stage: 'watch',
      recorded: { verdict: 'fail', observed: 'error rate 90 %' },
      derived: { verdict: 'fail', observed: 'error rate 10 % (20 of 200), p95 20 ms' },
    },
  ]);
});
