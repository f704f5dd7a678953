import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSeal } from '../../../lib/audit/make-seal.ts';
import type { Checkpoint } from '../../../lib/audit/parallel/checkpoint.ts';
import { planParts } from '../../../lib/audit/parallel/plan-parts.ts';
import { replayAll } from '../../../lib/audit/replay-all.ts';
import { verifyHistory } from '../../../lib/audit/verify-history.ts';
import { resumeFileOf } from '../../../lib/cli/reading/resume-file.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';
import { recordCalls } from '../../contract/record-calls.ts';
import { NOW, writeSealedHistory } from '../sample-bundle.ts';
import { ENVIRONMENT, FIRST_STREAM, SECOND_STREAM } from '../sample-history.ts';
import { tableOf } from '../table.ts';
import { temporarySigner } from '../temporary-signer.ts';

const PARTS = 7;
const ALONE = { parts: PARTS, workers: 1, commits: undefined };
const IN_THREADS = { parts: PARTS, workers: 2, commits: undefined };
const WHOLE = { parts: 1, workers: 1, commits: undefined };

let dynalite: Dynalite;
let client: DynamoDBClient;
let table: string;
let folder: string;
let checkpoint: Checkpoint;

beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  [client, table] = [dynalite.client(), await dynalite.newTable()];
  await writeSealedHistory(client, table);
  folder = await mkdtemp(join(tmpdir(), 'nonevent-resume-'));
  checkpoint = resumeFileOf('/data', { environment: { NONEVENT_STATE: folder } });
  return () => rm(folder, { recursive: true });
});

const verify = (options: object = {}) => verifyHistory({ client, table, now: NOW, ...options });

describe('a table in parts', () => {
  it('comes to the same as a table in one', async () => {
    const expected = await verify({ plan: WHOLE });
    expect(expected).toMatchObject({ streams: 3, commits: 33, events: 36, unsealed: 0, findings: [] });
    expect(await verify({ plan: ALONE })).toEqual(expected);
    expect(await replayAll({ client, table, plan: ALONE })).toEqual(
      await replayAll({ client, table, plan: WHOLE }),
    );
  });

  it('has the same findings in the same order, whichever thread came to them first', async () => {
    const items = tableOf(client, table);
    await items.remove(SECOND_STREAM, 3);
    for (const seq of [14, 13]) await items.remove(FIRST_STREAM, seq);
    for (const seq of [1, 2, 3, 4]) await items.remove(ENVIRONMENT, seq);
    const report = await verify({ plan: IN_THREADS });
    const { findings } = report;
    expect(findings.map(({ stream, seq }) => `${stream} ${seq}`)).toEqual([
      `${FIRST_STREAM} 13`,
      `${SECOND_STREAM} 3`,
      `${ENVIRONMENT} 1`,
    ]);
    expect(report).toEqual(await verify({ plan: WHOLE }));
  });

  it('tells of an outage that a thread met as what it is', async () => {
    const elsewhere = replayAll({ client, table: 'no-such-table', plan: IN_THREADS });
    await expect(elsewhere).rejects.toMatchObject({ code: 'StoreUnavailable' });
  });

  it('is only made where the table is large enough to be worth it', async () => {
    expect(await planParts(client, table, 35, 8)).toEqual({ parts: 1, workers: 1, commits: 35 });
    expect(await planParts(client, table, 100_000, 8)).toEqual({ parts: 20, workers: 8, commits: 100_000 });
    expect(await planParts(client, 'no-such-table', 0)).toMatchObject({ parts: 1, commits: undefined });
  });
});

/** Verifies until a number of parts is done, as somebody would who then presses Ctrl-C. */
async function interruptedAfter(parts: number) {
  const stop = new AbortController();
  let done = 0;
  const counted: Checkpoint = {
    ...checkpoint,
    async add(part) {
      await checkpoint.add(part);
      done += 1;
      if (done === parts) stop.abort();
    },
  };
  return verify({ plan: ALONE, checkpoint: counted, signal: stop.signal });
}

describe('a verification that was interrupted', () => {
  it('goes on where it was, says what it did not read now, and then begins anew', async () => {
    expect(await interruptedAfter(4)).toMatchObject({ unfinished: { parts: 4, of: PARTS }, findings: [] });
    const calls = recordCalls(client);
    const report = await verify({ plan: ALONE, checkpoint });
    expect(report).toMatchObject({ streams: 3, commits: 33, events: 36, unsealed: 0, findings: [] });
    expect(report).toMatchObject({ resumed: { since: '2026-11-23T04:00:00.000Z' }, unfinished: undefined });
    // One scan is for the seals.
    expect(calls.filter(({ command }) => command === 'ScanCommand')).toHaveLength(1 + PARTS - 4);
    expect(await readdir(folder)).toEqual([]);
    expect((await verify({ plan: ALONE, checkpoint })).resumed).toBeUndefined();
  });

  it('goes on from what is readable where its file was cut off', async () => {
    await interruptedAfter(3);
    const { appendFile } = await import('node:fs/promises');
    await appendFile(join(folder, (await readdir(folder))[0] ?? ''), '{"part":5,"at"');
    expect((await checkpoint.read())?.done.map(({ part }) => part)).toEqual([0, 1, 2]);
  });

  it('reads a part again in which something was found', async () => {
    await tableOf(client, table).remove(SECOND_STREAM, 3);
    await interruptedAfter(PARTS - 1);
    const { findings } = await verify({ plan: ALONE, checkpoint });
    expect(findings).toMatchObject([{ stream: SECOND_STREAM, seq: 3 }]);
  });

  it('reads all again where the newest seal of that time is gone', async () => {
    await interruptedAfter(PARTS - 1);
    await tableOf(client, table).remove('seal#2', 1);
    expect((await verify({ plan: ALONE, checkpoint })).resumed).toBeUndefined();
  });

  it('reads a stream again that was sealed further since', async () => {
    const store = createDynamoDBEventStore({ client, table, now: () => NOW });
    await interruptedAfter(PARTS - 1);
    const before = (await checkpoint.read())?.done ?? [];
    await store.append((await store.load(ENVIRONMENT)).head, [
      {
        type: 'FlagChanged',
        v: 1,
        data: { flag: 'checkout', value: true, actor: 'ada', reason: 'ready' },
      },
    ]);
    await makeSeal({ client, table, store, signer: temporarySigner(), now: () => NOW });
    // Written anew with right hashes up to a head of its own: the part was sound when it was read.
    await tableOf(client, table).remove(ENVIRONMENT, 2);
    const { findings } = await verify({ plan: ALONE, checkpoint });
    expect(findings).toMatchObject([{ stream: ENVIRONMENT, seq: 2 }]);
    expect(before.flatMap(({ met }) => met.map(([stream]) => stream))).toContain(ENVIRONMENT);
  });

  it.each([
    ['of another table', { table: 'other' }],
    ['held against another key', { key: 'a'.repeat(64) }],
    ['of a day ago', { begun: '2026-11-22T03:00:00.000Z' }],
    ['of a time to come', { begun: '2026-11-23T05:00:00.000Z' }],
  ])('%s is not gone on from', async (_, other) => {
    await interruptedAfter(3);
    const begun = await checkpoint.read();
    if (begun === undefined) return expect.unreachable();
    const forged: Checkpoint = {
      ...checkpoint,
      read: async () => ({ ...begun, mark: { ...begun.mark, ...other } }),
    };
    expect((await verify({ plan: ALONE, checkpoint: forged })).resumed).toBeUndefined();
  });
});
