import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../lib/history/table.ts';

// dynalite comes without types.
const createDynalite = createRequire(import.meta.url)('dynalite') as (options: {
  readonly createTableMs: number;
}) => Server;

export type Dynalite = {
  readonly port: number;
  /** Makes a new, empty table for histories and gives its name. */
  readonly newTable: () => Promise<string>;
  /** A new client; `port` leads elsewhere, such as to a proxy. */
  readonly client: (config?: DynamoDBClientConfig, port?: number) => DynamoDBClient;
  readonly stop: () => Promise<void>;
};

/** A DynamoDB endpoint in memory. */
export async function startDynalite(): Promise<Dynalite> {
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
  let tables = 0;
  const newTable = async () => {
    const name = `history-${++tables}`;
    const maker = client();
    await maker.send(new CreateTableCommand(tableDefinition(name)));
    // dynalite answers before the table is active, even where making one takes 0 ms.
    await waitUntilTableExists(
      { client: maker, minDelay: 0.01, maxDelay: 0.1, maxWaitTime: 10 },
      { TableName: name },
    );
    return name;
  };
  const stop = async () => {
    for (const made of clients) made.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, newTable, client, stop };
}
