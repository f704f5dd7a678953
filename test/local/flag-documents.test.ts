import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeFlag } from '../../lib/environments/change-flag.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../lib/history/event-store.ts';
import { createFlagDocuments, type FlagDocuments } from '../../lib/local/flag-documents.ts';
import { startDynalite } from '../contract/dynalite.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let root: string;
let folder: string;
let store: EventStore;
let documents: FlagDocuments;
beforeAll(async () => {
  dynalite = await startDynalite();
  root = await mkdtemp(join(tmpdir(), 'nonevent-flags-'));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'flags-'));
  store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
  documents = createFlagDocuments(folder, store);
});
afterAll(async () => {
  await dynalite.stop();
  await rm(root, { recursive: true, force: true });
});

const set = (flag: string, value: string | number | boolean | null) =>
  changeFlag(store, 'production', { flag, value, actor: 'ada', reason: 'a test' }, () => {});
const read = async (): Promise<unknown> => JSON.parse(await readFile(documents.path('production'), 'utf8'));

describe('the flag document of an environment', () => {
  it('is there, empty, before any flag is set', async () => {
    await documents.publish('production');
    expect(await read()).toEqual({ environment: 'production', seq: 0, flags: {} });
  });

  it('says what the stream says, and as of which commit', async () => {
    await set('new-checkout', true);
    await set('maxItems', 10);
    await documents.publish('production');
    expect(await read()).toEqual({
      environment: 'production',
      seq: 2,
      flags: { 'new-checkout': true, maxItems: 10 },
    });
  });

  it('is made whole again by whoever publishes after a crash', async () => {
    await set('new-checkout', true);
    await documents.publish('production');
    await set('new-checkout', false);
    await writeFile(documents.path('production'), '{"environment":"produ');
    await createFlagDocuments(folder, store).publish('production');
    expect(await read()).toEqual({ environment: 'production', seq: 2, flags: { 'new-checkout': false } });
  });

  it('has the newest state after many publish at once, and nothing is left beside it', async () => {
    const changes = Array.from({ length: 6 }, async (_, index) => {
      await set(`flag-${index}`, index);
      await documents.publish('production');
    });
    await Promise.all(changes);
    expect(await read()).toMatchObject({
      seq: 6,
      flags: { 'flag-0': 0, 'flag-1': 1, 'flag-2': 2, 'flag-3': 3, 'flag-4': 4, 'flag-5': 5 },
    });
    expect(await readdir(folder)).toEqual(['production.json']);
  });

  it('is left alone when nothing has changed', async () => {
    await set('new-checkout', true);
    await documents.publish('production');
    const { ino } = await stat(documents.path('production'));
    await documents.publish('production');
    expect((await stat(documents.path('production'))).ino).toBe(ino);
  });

  it('is never seen half written', async () => {
    await documents.publish('production');
    let isDone = false;
    const reading = (async () => {
      let reads = 0;
      for (; !isDone || reads === 0; reads += 1) await read();
      return reads;
    })();
    for (let index = 0; index < 10; index += 1) {
      await set('banner', 'x'.repeat(100 * index));
      await documents.publish('production');
    }
    isDone = true;
    expect(await reading).toBeGreaterThan(0);
  });
});
