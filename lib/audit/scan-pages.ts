import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from '../history/item.ts';
import { storeUnavailable } from '../history/store-unavailable.ts';

/**
 * Every page of a table, strongly consistent, each fetched when the one before has been taken. Only audits may scan.
 * With a prefix only the items of streams that begin with it are given; all are read.
 *
 * Errors: `StoreUnavailable`.
 */
export async function* scanPages(
  client: DynamoDBClient,
  table: string,
  prefix?: string,
): AsyncGenerator<readonly Item[]> {
  let from: Item | undefined;
  do {
    const page = await client
      .send(
        new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          ...(prefix === undefined ? {} : beginningWith(prefix)),
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      )
      .catch((cause: unknown) => {
        throw storeUnavailable('scan', table, cause);
      });
    yield page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

function beginningWith(prefix: string) {
  return {
    FilterExpression: 'begins_with(#stream, :prefix)',
    ExpressionAttributeNames: { '#stream': 'stream' },
    ExpressionAttributeValues: { ':prefix': { S: prefix } },
  };
}
