import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from '../history/item.ts';
import { storeUnavailable } from '../history/store-unavailable.ts';

/** One of the parts that a table is scanned in: by the hash of the stream, so that each stream is in one part. */
export type Segment = { readonly index: number; readonly of: number };

export type ScanOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Only the items of streams that begin with it are given; all are read. */
  readonly prefix?: string;
  /** @default the whole table */
  readonly segment?: Segment;
};

/**
 * Every page of a table, strongly consistent, each fetched when the one before has been taken. Only audits may scan.
 *
 * Errors: `StoreUnavailable`.
 */
export async function* scanPages({
  client,
  table,
  prefix,
  segment,
}: ScanOptions): AsyncGenerator<readonly Item[]> {
  let from: Item | undefined;
  do {
    const page = await client
      .send(
        new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          ...(segment === undefined ? {} : { Segment: segment.index, TotalSegments: segment.of }),
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
