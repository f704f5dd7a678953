import { afterAll, beforeAll } from 'vitest';
import { createDynamoDBEventStore, MAX_BODY_BYTES } from '../../lib/history/dynamodb-event-store.ts';
import { type Dynalite, startDynalite } from './dynalite.ts';
import { testEventStore } from './event-store.ts';

let dynalite: Dynalite;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

testEventStore('DynamoDB event store', async () => {
  const table = await dynalite.newTable();
  const client = dynalite.client();
  return {
    store: (options) => createDynamoDBEventStore({ client, table, ...options }),
    maxBodyBytes: MAX_BODY_BYTES,
  };
});
