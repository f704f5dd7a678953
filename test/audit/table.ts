import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { StreamName } from '../../lib/history/event-store.ts';
import type { Item } from '../../lib/history/item.ts';

/** A table, as somebody sees it who may do anything to it. */
export type Table = {
  readonly item: (stream: StreamName, seq: number) => Promise<Item>;
  readonly put: (item: Item) => Promise<void>;
  readonly remove: (stream: StreamName, seq: number) => Promise<void>;
};

export function tableOf(client: DynamoDBClient, table: string): Table {
  const keyOf = (stream: StreamName, seq: number) => ({ stream: { S: stream }, seq: { N: String(seq) } });
  return {
    async item(stream, seq) {
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: keyOf(stream, seq) }));
      return Item ?? {};
    },
    async put(item) {
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },
    async remove(stream, seq) {
      await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(stream, seq) }));
    },
  };
}
