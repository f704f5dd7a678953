import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../lib/history/table.ts';

// dynalite comes without types.
const createDynalite = createRequire(import.meta.url)('dynalite') as (options: {
  readonly createTableMs: number;
}) => Server;

export type Dynalite = {
  readonly port: number;
  readonly table: string;
  /** A new client; `port` leads elsewhere, such as to a proxy. */
  readonly client: (config?: DynamoDBClientConfig, port?: number) => DynamoDBClient;
  readonly stop: () => Promise<void>;
};

/** A DynamoDB endpoint in memory with an empty table for histories. */
export async function startDynalite(table = 'history'): Promise<Dynalite> {
  const server = createDynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: DynamoDBClient[] = [];
  const client = (config: DynamoDBClientConfig = {}, at = port) => {
    const made = new DynamoDBClient({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${at}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      ...config,
    });
    clients.push(made);
    return made;
  };
  await client().send(new CreateTableCommand(tableDefinition(table)));
  const stop = async () => {
    for (const made of clients) made.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, table, client, stop };
}
