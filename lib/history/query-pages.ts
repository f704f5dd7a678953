import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';
import { storeUnavailable } from './store-unavailable.ts';

/**
 * Every page of a query, each fetched when the one before has been taken. DynamoDB ends a page at 1 MB.
 *
 * Errors: `StoreUnavailable`.
 */
export async function* queryPages(
  client: DynamoDBClient,
  query: QueryCommandInput & { readonly TableName: string },
): AsyncGenerator<readonly Item[]> {
  let from: Item | undefined;
  do {
    const page = await client
      .send(new QueryCommand({ ...query, ...(from === undefined ? {} : { ExclusiveStartKey: from }) }))
      .catch((cause: unknown) => {
        throw storeUnavailable('read', query.TableName, cause);
      });
    yield page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}
