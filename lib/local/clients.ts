import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { CLIENT_CONFIG } from '../aws/client-config.ts';
import type { Connection } from './connection.ts';
import { LOCAL_REGION } from './step-functions/arns.ts';

/** The SDK's own clients, as handlers use them in AWS. */
export type Clients = {
  readonly dynamodb: DynamoDBClient;
  readonly states: SFNClient;
  readonly events: EventBridgeClient;
};

/** Clients that reach a local system, whatever the environment says of regions, profiles and credentials. */
export function clientsFor({ endpoints, token }: Pick<Connection, 'endpoints' | 'token'>): Clients {
  const common = {
    ...CLIENT_CONFIG,
    region: LOCAL_REGION,
    credentials: { accessKeyId: token, secretAccessKey: 'one-machine' },
  };
  return {
    dynamodb: new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb }),
    states: new SFNClient({ ...common, endpoint: endpoints.states }),
    events: new EventBridgeClient({ ...common, endpoint: endpoints.events }),
  };
}

/** Closes the connections that clients keep open. */
export function destroyClients(clients: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}
