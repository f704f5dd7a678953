import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLocalSigner, signingKeyPath } from '../../lib/audit/local-signer.ts';
import { makeSeal, type SealMade } from '../../lib/audit/make-seal.ts';
import type { Signer } from '../../lib/audit/signer.ts';
import { type HistoryReport, type KnownSeal, verifyHistory } from '../../lib/audit/verify-history.ts';
import { hashCommit } from '../../lib/history/chain.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore, StreamName } from '../../lib/history/event-store.ts';
import { event } from '../../lib/history/events.ts';
import { commitOf, itemOf } from '../../lib/history/item.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import {
  ENVIRONMENT,
  FIRST_STREAM,
  PRODUCTION,
  SECOND_STREAM,
  SUCCEEDS,
  write,
  writeSampleHistory,
} from './sample-history.ts';
import { type Table, tableOf } from './table.ts';

const NOW = Date.UTC(2026, 10, 23, 4);
let dynalite: Dynalite;
let client: DynamoDBClient;
let table: string;
let store: EventStore;
let items: Table;
let folder: string;
let signer: Signer;

beforeAll(async () => {
  dynalite = await startDynalite();
  client = dynalite.client();
  folder = await mkdtemp(join(tmpdir(), 'nonevent-seals-'));
  signer = await openLocalSigner(join(folder, 'ours'));
});
afterAll(async () => {
  await dynalite.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  table = await dynalite.newTable();
  store = createDynamoDBEventStore({ client, table, now: () => NOW });
  items = tableOf(client, table);
});

const seal = (by = signer, now = NOW): Promise<SealMade> =>
  makeSeal({ client, table, store, signer: by, now: () => now });

const verify = (more: { stream?: StreamName; known?: KnownSeal; publicKey?: string } = {}) =>
  verifyHistory({ client, table, now: NOW, ...more });

const places = ({ findings }: HistoryReport): readonly string[] =>
  findings.map((found) => `${found.stream} ${found.seq}: ${found.problem}`);

const THIRD = deploymentId.parse('3'.repeat(20));

describe('a seal', () => {
  beforeEach(() => writeSampleHistory(store));

  it('holds the head of every stream and links to the seal before', async () => {
    const { seal: first, findings } = await seal();
    expect(findings).toEqual([]);
    expect(first).toMatchObject({
      seal: 1,
      at: '2026-11-23T04:00:00.000Z',
      previous: '0'.repeat(64),
      changed: [
        { stream: FIRST_STREAM, seq: 14 },
        { stream: SECOND_STREAM, seq: 15 },
        { stream: ENVIRONMENT, seq: 4 },
      ],
      streams: 3,
      publicKey: signer.publicKey,
    });
    const report = await verify();
    expect(report).toMatchObject({ findings: [], seals: 1, unsealed: 0, streams: 3 });
    const { seal: second } = await seal();
    expect(second).toMatchObject({ seal: 2, previous: report.newestSeal?.hash, changed: [] });
  });

  it('is made also when nothing happened, and of nothing at all', async () => {
    table = await dynalite.newTable();
    store = createDynamoDBEventStore({ client, table });
    expect((await seal()).seal).toMatchObject({
      seal: 1,
      streams: 0,
      root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    });
    expect((await seal()).seal).toMatchObject({ seal: 2, changed: [] });
    expect(await verify()).toMatchObject({ findings: [], seals: 2 });
  });

  it('leaves what came after it unsealed', async () => {
    await seal();
    await write(store, ENVIRONMENT, [
      [event('LeaseAcquired', { deployment: THIRD, pipeline: 'storefront', fence: 3 })],
    ]);
    expect(await verify()).toMatchObject({ findings: [], unsealed: 1 });
    expect((await seal()).seal.changed).toMatchObject([{ stream: ENVIRONMENT, seq: 5 }]);
  });

  it('that others make at the same time is one more seal', async () => {
    const made = await Promise.all([seal(), seal(), seal()]);
    expect(made.map(({ seal: { seal: number } }) => number).toSorted()).toEqual([1, 2, 3]);
    expect(await verify()).toMatchObject({ findings: [], seals: 3 });
  });

  it('keeps the old head of a stream that does not continue it, and says so', async () => {
    await seal();
    await items.remove(ENVIRONMENT, 4);
    const { seal: second, findings } = await seal();
    expect(second).toMatchObject({ seal: 2, streams: 3, changed: [] });
    expect(findings).toMatchObject([{ stream: ENVIRONMENT, seq: 4 }]);
    expect(places(await verify())).toEqual([
      `${ENVIRONMENT} 4: seal#1 of 2026-11-23T04:00:00.000Z holds it up to seq 4: it now ends at seq 3`,
    ]);
  });

  it('is not made with another key', async () => {
    await seal();
    const other = await openLocalSigner(join(folder, 'theirs'));
    await expect(seal(other)).rejects.toMatchObject({
      code: 'HistoryCorrupt',
      message: `the seals are signed with the key ${signer.publicKey}, and the key here is ${other.publicKey}: nothing was sealed`,
    });
  });
});

describe('tampering with what was sealed', () => {
  beforeEach(async () => {
    await write(store, FIRST_STREAM, SUCCEEDS.slice(0, 5));
    await seal();
    await write(store, FIRST_STREAM, SUCCEEDS.slice(5));
    await write(store, ENVIRONMENT, PRODUCTION);
    await seal();
  });

  it('by cutting the tail is found at the first commit that is gone', async () => {
    for (const seq of [14, 13]) await items.remove(FIRST_STREAM, seq);
    expect(places(await verify())).toEqual([
      `${FIRST_STREAM} 13: seal#2 of 2026-11-23T04:00:00.000Z holds it up to seq 14: it now ends at seq 12`,
    ]);
    expect(places(await verify({ stream: FIRST_STREAM }))).toHaveLength(1);
    expect(places(await verify({ stream: ENVIRONMENT }))).toEqual([]);
  });

  it('by deleting a stream is found at its first commit', async () => {
    for (const seq of [1, 2, 3, 4]) await items.remove(ENVIRONMENT, seq);
    expect(places(await verify())).toEqual([
      `${ENVIRONMENT} 1: seal#2 of 2026-11-23T04:00:00.000Z holds it up to seq 4: the whole stream is gone`,
    ]);
  });

  it('by writing a stream anew from some commit on is found behind the last head that is right', async () => {
    let prev = '';
    for (let seq = 7; seq <= 14; seq += 1) {
      const stored = commitOf(await items.item(FIRST_STREAM, seq));
      if (stored === undefined) throw new Error('expected a commit');
      const { hash: _, ...unhashed } = { ...stored, at: '2026-11-23T05:00:00.000Z' };
      if (prev !== '') unhashed.prev = prev;
      prev = hashCommit(unhashed);
      await items.put(itemOf({ ...unhashed, hash: prev }, seq === 14 ? 'concluded' : undefined));
    }
    expect(await verify()).toMatchObject({
      findings: [
        {
          stream: FIRST_STREAM,
          seq: 6,
          problem: expect.stringMatching(/^seal#2 .* holds the hash .* for seq 14.* what follows seq 5 was/),
        },
      ],
    });
  });

  it('by removing a seal in the middle is found at that seal', async () => {
    await items.remove('seal#1', 1);
    expect(places(await verify())).toEqual(['seal#1 1: it is gone, although there are seals up to seal#2']);
  });

  it('by adding a stream that is named like a seal is found', async () => {
    await items.put({ ...(await items.item('seal#2', 1)), stream: { S: 'seal#02' } });
    expect(places(await verify())).toEqual(['seal#02 1: no seal has such a name']);
  });

  it('by adding to a seal is found', async () => {
    await write(store, 'seal#2', [[event('StopRequested', { actor: 'eve', reason: 'x' })]]);
    expect(places(await verify())).toEqual(['seal#2 2: a seal is one commit, and it has more']);
  });

  it('by changing a seal with its hash is found by its signature', async () => {
    const stored = commitOf(await items.item('seal#2', 1));
    if (stored === undefined) throw new Error('expected a seal');
    const { hash: _, ...unhashed } = { ...stored, body: stored.body.replace('04:00:00', '03:00:00') };
    await items.put(itemOf({ ...unhashed, hash: hashCommit(unhashed) }, undefined));
    expect(places(await verify())[0]).toMatch(/^seal#2 1: its signature is not one of the key/);
  });

  it('by setting the table back is found where a later seal is known', async () => {
    const { newestSeal } = await verify();
    await items.remove('seal#2', 1);
    expect(places(await verify())).toEqual([]);
    expect(places(await verify({ known: newestSeal as KnownSeal }))).toEqual([
      `seal#2 1: it was verified here before, with hash ${newestSeal?.hash} of 2026-11-23T04:00:00.000Z, and is not there now: the table was set back, or the seal removed`,
    ]);
  });

  it('by sealing everything anew with another key is found where the key or a seal is known', async () => {
    const { newestSeal } = await verify();
    for (const number of [1, 2]) await items.remove(`seal#${number}`, 1);
    const other = await openLocalSigner(join(folder, 'theirs'));
    await seal(other);
    await seal(other);
    expect(places(await verify())).toEqual([]);
    expect(places(await verify({ known: newestSeal as KnownSeal }))[0]).toMatch(/: it was made anew$/);
    expect(places(await verify({ publicKey: signer.publicKey }))).toEqual([
      `seal#1 1: it is signed with the key ${other.publicKey}, expected ${signer.publicKey}`,
    ]);
  });

  it('with a seal from the future is found', async () => {
    await seal(signer, NOW + 3 * 60 * 60 * 1000);
    expect(places(await verify())).toEqual([
      'seal#3 1: it is from the future: it says 2026-11-23T07:00:00.000Z, and it is 2026-11-23T04:00:00.000Z',
    ]);
  });
});

describe('the signing key', () => {
  it('is made once, for its owner only, however many make it at once', async () => {
    const signers = await Promise.all([1, 2, 3].map(() => openLocalSigner(join(folder, 'many'))));
    expect(new Set(signers.map(({ publicKey }) => publicKey)).size).toBe(1);
    const path = signingKeyPath(join(folder, 'many'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });

  it('that is damaged is never replaced', async () => {
    await openLocalSigner(join(folder, 'damaged'));
    await writeFile(signingKeyPath(join(folder, 'damaged')), 'x');
    await expect(openLocalSigner(join(folder, 'damaged'))).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringMatching(/^cannot read the signing key /),
    });
  });
});
