import { CreateTableCommand, type DynamoDBClient, ResourceInUseException } from '@aws-sdk/client-dynamodb';
import { storeUnavailable } from '../history/store-unavailable.ts';
import { tableDefinition } from '../history/table.ts';

/** The table's name on one machine. */
export const LOCAL_TABLE = 'nonevent';

/** Makes the table for the histories unless it is there. */
export async function ensureHistoryTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(table)));
  } catch (thrown) {
    if (thrown instanceof ResourceInUseException) return;
    throw storeUnavailable('create the table', table, thrown);
  }
}
