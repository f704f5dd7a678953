import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sealRegularly } from '../../lib/audit/seal-regularly.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore, Head } from '../../lib/history/event-store.ts';
import type { Event } from '../../lib/history/events.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { temporarySigner } from './temporary-signer.ts';

let dynalite: Dynalite;
let client: DynamoDBClient;
beforeAll(async () => {
  dynalite = await startDynalite();
  client = dynalite.client();
});
afterAll(() => dynalite.stop());

it('seals at once where there is no seal, and then whenever the newest is an hour old', async () => {
  const table = await dynalite.newTable();
  const store = createDynamoDBEventStore({ client, table });
  let now = Date.UTC(2026, 10, 23, 4);
  const made: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const telling: Pick<EventStore, 'load' | 'append'> = {
    load: store.load,
    append: async (head: Head, events: readonly Event[]) => {
      const result = await store.append(head, events);
      const [sealed] = events;
      made.push(`${head.stream} ${sealed?.type === 'Sealed' ? sealed.data.at : ''}`);
      if (made.length === 3) resolve();
      return result;
    },
  };
  const sealing = sealRegularly({
    client,
    table,
    store: telling,
    signer: async () => temporarySigner(),
    now: () => now,
    log: (line) => {
      throw new Error(line);
    },
    lookMs: 5,
    everyMs: 60 * 60 * 1000,
  });
  const clock = setInterval(() => {
    now += 10 * 60 * 1000;
  }, 40);
  await promise;
  clearInterval(clock);
  await sealing.close();
  expect(made.map((line) => line.split(' ')[0])).toEqual(['seal#1', 'seal#2', 'seal#3']);
  const times = made.map((line) => Date.parse(line.split(' ')[1] ?? ''));
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(60 * 60 * 1000);
  expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(60 * 60 * 1000);
});

it('says what went wrong', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const store = createDynamoDBEventStore({ client, table: 'no-such-table' });
  const sealing = sealRegularly({
    client,
    table: 'no-such-table',
    store,
    signer: async () => temporarySigner(),
    now: Date.now,
    log: resolve,
    lookMs: 5,
  });
  expect(await promise).toMatch(/^no seal was made: /);
  await sealing.close();
});
