import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoDBEventStore, MAX_BODY_BYTES } from '../../lib/history/dynamodb-event-store.ts';
import { tableDefinition } from '../../lib/history/table.ts';
import { type Dynalite, startDynalite } from './dynalite.ts';
import { testEventStore } from './event-store.ts';

let dynalite: Dynalite;
let tables = 0;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

testEventStore('DynamoDB event store', async () => {
  const table = `history-${++tables}`;
  const client = dynalite.client();
  await client.send(new CreateTableCommand(tableDefinition(table)));
  return {
    store: (options) => createDynamoDBEventStore({ client, table, ...options }),
    maxBodyBytes: MAX_BODY_BYTES,
  };
});
