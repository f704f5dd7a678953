import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CLIENT_CONFIG } from '../../../lib/aws/client-config.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import type { Environment } from './environment.ts';

/** The histories of the system that a function belongs to. */
export function openHistory({ NONEVENT_TABLE: table }: Environment): EventStore {
  return createDynamoDBEventStore({ client: new DynamoDBClient(CLIENT_CONFIG), table });
}
