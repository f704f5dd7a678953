import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { EventStore, EventType } from '@castore/core';
import {
  DynamoDBSingleTableEventStorageAdapter,
  EVENT_TABLE_EVENT_STORE_ID_KEY,
  EVENT_TABLE_INITIAL_EVENT_INDEX_NAME,
  EVENT_TABLE_PK,
  EVENT_TABLE_SK,
  EVENT_TABLE_TIMESTAMP_KEY,
} from '@castore/event-storage-adapter-dynamodb';
import { EVENT_SCHEMAS, type Event } from '../../lib/history/events.ts';
import { evolve, INITIAL, type PeerView } from './peer-view.ts';

export type CastorePeer = {
  readonly append: (stream: string, version: number, event: Event) => Promise<void>;
  /** Rehydrates: reads all events and folds them. */
  readonly load: (stream: string) => Promise<PeerView | undefined>;
};

/** The peer's event store on a table of its own, set up as its README says. */
export async function castoreOn(client: DynamoDBClient, table: string): Promise<CastorePeer> {
  await client.send(new CreateTableCommand(tableOf(table)));
  await waitUntilTableExists(
    { client, minDelay: 0.01, maxDelay: 0.1, maxWaitTime: 10 },
    { TableName: table },
  );
  const store = new EventStore({
    eventStoreId: 'DEPLOYMENTS',
    eventTypes: Object.keys(EVENT_SCHEMAS).map((type) => new EventType<string, unknown>({ type })),
    reducer: (
      aggregate: { aggregateId: string; version: number; view: PeerView },
      {
        aggregateId,
        version,
        type,
        payload,
      }: { aggregateId: string; version: number; type: string; payload?: unknown },
    ) => ({
      aggregateId,
      version,
      view: evolve(aggregate?.view ?? INITIAL, { type, data: payload } as Parameters<typeof evolve>[1]),
    }),
    eventStorageAdapter: new DynamoDBSingleTableEventStorageAdapter({
      tableName: table,
      dynamoDBClient: client,
    }),
  });
  return {
    append: async (aggregateId, version, { type, data }) =>
      void (await store.pushEvent({ aggregateId, version, type, payload: data })),
    load: async (aggregateId) => (await store.getAggregate(aggregateId)).aggregate?.view,
  };
}

function tableOf(name: string) {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: EVENT_TABLE_PK, AttributeType: 'S' },
      { AttributeName: EVENT_TABLE_SK, AttributeType: 'N' },
      { AttributeName: EVENT_TABLE_EVENT_STORE_ID_KEY, AttributeType: 'S' },
      { AttributeName: EVENT_TABLE_TIMESTAMP_KEY, AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: EVENT_TABLE_PK, KeyType: 'HASH' },
      { AttributeName: EVENT_TABLE_SK, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: EVENT_TABLE_INITIAL_EVENT_INDEX_NAME,
        KeySchema: [
          { AttributeName: EVENT_TABLE_EVENT_STORE_ID_KEY, KeyType: 'HASH' },
          { AttributeName: EVENT_TABLE_TIMESTAMP_KEY, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  } as const satisfies ConstructorParameters<typeof CreateTableCommand>[0];
}
