import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import validate from 'asl-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concludeVerificationHandler } from '../../../functions/conclude-verification.ts';
import { foldSealsHandler } from '../../../functions/fold-seals.ts';
import { groupFileHandler } from '../../../functions/group-file.ts';
import { verifyGroupHandler } from '../../../functions/verify-group.ts';
import type { DistributedReport } from '../../../lib/audit/distributed/conclude-run.ts';
import type { Objects } from '../../../lib/audit/distributed/objects.ts';
import { filesOf } from '../../../lib/audit/distributed/read-group.ts';
import type { Run } from '../../../lib/audit/distributed/run.ts';
import { s3Objects } from '../../../lib/audit/distributed/s3-objects.ts';
import { auditStatesLanguage } from '../../../lib/audit/distributed/states-language.ts';
import { verifyHistory } from '../../../lib/audit/verify-history.ts';
import type { Item } from '../../../lib/history/item.ts';
import { NoneventError } from '../../../lib/nonevent-error.ts';
import { fakeS3 } from '../../aws/s3.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';
import { NOW, writeSealedHistory } from '../sample-bundle.ts';
import { FIRST_STREAM, SECOND_STREAM } from '../sample-history.ts';
import { tableOf } from '../table.ts';
import { itemsOf, writeExport } from './export-files.ts';

let dynalite: Dynalite;
let client: DynamoDBClient;
let table: string;
let items: readonly Item[];

beforeAll(async () => {
  dynalite = await startDynalite();
  [client, table] = [dynalite.client(), await dynalite.newTable()];
  await writeSealedHistory(client, table);
  items = await itemsOf(client, table);
});
afterAll(() => dynalite.stop());

/** A bucket that is gone with the test. */
function inMemory(): Objects {
  const kept = new Map<string, Buffer>();
  return {
    async read(key) {
      const found = kept.get(key);
      if (found === undefined) throw new NoneventError('StoreUnavailable', `cannot read ${key}: NoSuchKey`);
      return found;
    },
    write: async (key, content) => void kept.set(key, content),
  };
}

let runs = 0;

/** Runs the functions one after the other, as the document says; `files` lets a step be left out. */
async function verifyExport(
  exported: readonly Item[],
  {
    publicKey = null as string | null,
    known = null as Run['known'],
    skipFile = -1,
    files = 3,
    objects = inMemory(),
  } = {},
): Promise<DistributedReport> {
  runs += 1;
  const run = {
    manifest: await writeExport(objects, exported, files),
    work: `audits/${runs}`,
    groups: 4,
    begunAt: new Date(NOW).toISOString(),
    publicKey,
    known,
  };
  for (const [index, file] of (await filesOf(objects, run)).entries())
    if (index !== skipFile) await groupFileHandler(objects)({ run, file });
  const { groups } = (await foldSealsHandler(objects)({ run })) as { groups: readonly number[] };
  for (const group of groups) await verifyGroupHandler(objects)({ run, group });
  return (await concludeVerificationHandler(objects)({ run })) as DistributedReport;
}

const place = ({ stream, seq }: Item): string => `${stream?.S} ${seq?.N}`;
const without = (...places: readonly string[]) => items.filter((item) => !places.includes(place(item)));
const changed = (where: string, change: (item: Item) => Item) =>
  items.map((item) => (place(item) === where ? change(item) : item));

describe('an export', () => {
  it('that is sound comes to what `audit verify` says of the table, however many files it has', async () => {
    const { streams, commits, events, unsealed, seals, newestSeal } = await verifyHistory({
      client,
      table,
      now: NOW,
    });
    const expected = { sound: true, streams, commits, events, unsealed, seals, newestSeal, findings: [] };
    const { client: s3 } = await fakeS3({ buckets: ['exports'] });
    expect(await verifyExport(items, { objects: s3Objects(s3, 'exports') })).toMatchObject(expected);
    expect(await verifyExport(items, { files: 1 })).toMatchObject(expected);
  });

  it('of a table that was tampered with has the very findings of `audit verify`', async () => {
    const items = tableOf(client, table);
    const kept = await items.item(FIRST_STREAM, 14);
    await items.remove(FIRST_STREAM, 14);
    const { findings } = await verifyHistory({ client, table, now: NOW });
    expect(findings).toMatchObject([{ stream: FIRST_STREAM, seq: 14 }]);
    expect(await verifyExport(await itemsOf(client, table))).toMatchObject({ sound: false, findings });
    await items.put(kept);
  });

  it.each([
    [
      'a flipped byte',
      () =>
        changed(`${SECOND_STREAM} 5`, (item) => ({
          ...item,
          body: { S: `${item.body?.S}`.replace('1', '2') },
        })),
      SECOND_STREAM,
      5,
    ],
    ['a commit that is gone', () => without(`${FIRST_STREAM} 3`), FIRST_STREAM, 3],
    [
      'a commit twice',
      () => [...items, ...items.filter((item) => place(item) === `${FIRST_STREAM} 3`)],
      FIRST_STREAM,
      4,
    ],
    [
      'a stream that is gone',
      () => items.filter((item) => item.stream?.S !== SECOND_STREAM),
      SECOND_STREAM,
      1,
    ],
    ['a seal that is gone', () => without('seal#1 1'), 'seal#1', 1],
    [
      'an attribute that is gone',
      () => changed(`${FIRST_STREAM} 2`, ({ prev: _, ...item }) => item),
      FIRST_STREAM,
      2,
    ],
    [
      'a stream of no known kind',
      () => changed(`${FIRST_STREAM} 1`, (item) => ({ ...item, stream: { S: 'secrets' } })),
      FIRST_STREAM,
      1,
    ],
  ] as const)('with %s is found and located', async (_, exported, stream, seq) => {
    const { sound, findings } = await verifyExport(exported());
    expect(sound).toBe(false);
    expect(findings).toContainEqual(expect.objectContaining({ stream, seq }));
  });

  it('signed with another key than the expected one is found', async () => {
    const { findings } = await verifyExport(items, { publicKey: 'a'.repeat(64) });
    expect(findings).toMatchObject([{ stream: 'seal#1', seq: 1 }]);
  });

  it('without a seal that was verified before is found, and so is one that was made anew', async () => {
    const { newestSeal } = await verifyHistory({ client, table, now: NOW });
    if (newestSeal === undefined) throw new Error('expected a sealed history');
    expect(await verifyExport(items, { known: newestSeal })).toMatchObject({ sound: true });
    const later = { ...newestSeal, seal: newestSeal.seal + 1 };
    expect((await verifyExport(items, { known: later })).findings).toMatchObject([
      { stream: `seal#${later.seal}`, problem: expect.stringContaining('the table was set back') },
    ]);
    const other = { ...newestSeal, hash: 'f'.repeat(64) };
    expect((await verifyExport(items, { known: other })).findings).toMatchObject([
      { stream: `seal#${other.seal}`, problem: expect.stringContaining('it was made anew') },
    ]);
  });

  it('whose bucket does not answer is no answer', async () => {
    const { client: s3 } = await fakeS3({ buckets: ['exports'] });
    await expect(s3Objects(s3, 'exports').read('nothing')).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: 'cannot read s3://exports/nothing: NoSuchKey',
    });
  });

  it('that was not read whole is no answer', async () => {
    await expect(verifyExport(items, { skipFile: 1 })).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });

  it('with a file that is not the one of its manifest is refused', async () => {
    const objects = inMemory();
    const manifest = await writeExport(objects, items);
    const run = {
      manifest,
      work: 'audits/x',
      groups: 4,
      begunAt: new Date(NOW).toISOString(),
      publicKey: null,
      known: null,
    };
    const [file] = await filesOf(objects, run);
    const wrong = { ...file, md5Checksum: 'rQMSpEILNgoQmarvDFonGQ==' };
    await expect(groupFileHandler(objects)({ run, file: wrong })).rejects.toMatchObject({
      name: 'HistoryCorrupt',
    });
  });
});

describe('the document', () => {
  it('is one that Step Functions takes', () => {
    const { isValid, errorsText } = validate(auditStatesLanguage());
    expect(isValid, errorsText()).toBe(true);
  });

  it('gives every function what its handler takes', () => {
    const { States } = auditStatesLanguage();
    const payloads = [
      States['read files'].ItemProcessor.States['read file']?.Parameters.Payload,
      States['fold seals'].Parameters.Payload,
      States['verify groups'].ItemProcessor.States['verify group']?.Parameters.Payload,
      States.conclude.Parameters.Payload,
    ];
    expect(payloads.map((payload) => Object.keys(payload ?? {}))).toEqual([
      ['run.$', 'file.$'],
      ['run.$'],
      ['run.$', 'group.$'],
      ['run.$'],
    ]);
  });
});
