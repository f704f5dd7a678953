import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { storeUnavailable } from '../history/store-unavailable.ts';
import { tableDefinition } from '../history/table.ts';

/** The table's name on one machine. */
export const LOCAL_TABLE = 'nonevent';

/** Makes the table for the histories unless it is there, and waits until it can be used. Error: `StoreUnavailable`. */
export async function ensureHistoryTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(table)));
  } catch (thrown) {
    if (!(thrown instanceof ResourceInUseException))
      throw storeUnavailable('create the table', table, thrown);
  }
  for (let polls = 0; polls < POLLS_AT_MOST; polls++) {
    if (await isActive(client, table)) return;
    await pause(POLL_PAUSE_MS);
  }
  throw storeUnavailable('use the table', table, new Error('it does not become active'));
}

const POLLS_AT_MOST = 500;
const POLL_PAUSE_MS = 10;

async function isActive(client: DynamoDBClient, table: string): Promise<boolean> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    return Table?.TableStatus === 'ACTIVE';
  } catch (thrown) {
    throw storeUnavailable('describe the table', table, thrown);
  }
}
