import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../nonevent-error.ts';
import { codeOf } from './disk-failure.ts';
import type { DynamodbNotice, DynamodbOptions } from './dynamodb.ts';
import { refusalOf } from './request-guard.ts';

/**
 * The DynamoDB endpoint has a thread of its own: dynalite throws storage errors, such as a full disk, where nobody can
 * catch them, so they end the thread they happen in.
 */
const { folder, port, token } = workerData as DynamodbOptions;
const fromHere = createRequire(import.meta.url);
const fromDynalite = createRequire(fromHere.resolve('dynalite'));

type Method = (this: unknown, ...parameters: unknown[]) => unknown;
type Database = {
  readonly iterator: (range: {
    readonly gt: string;
    readonly lt: string;
  }) => AsyncIterable<readonly [key: string, table: { readonly TableStatus: string }]>;
  readonly del: (key: string) => Promise<void>;
};
type LevelPrototype = Record<'_open' | '_put' | '_del' | '_batch', Method>;

const { prototype } = (fromDynalite('level') as { readonly Level: { readonly prototype: LevelPrototype } })
  .Level;
syncEveryWrite();
const opened = whenOpened();
const createDynalite = fromHere('dynalite') as (options: {
  readonly path: string;
  readonly createTableMs: number;
}) => Server;
const server = createDynalite({ path: folder, createTableMs: 0 });
guard(server);
parentPort?.on('message', close);

let step: 'open' | 'listen' = 'open';
try {
  await removeHalfMadeTables(await opened);
  step = 'listen';
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  tell({ type: 'listening', port: (server.address() as AddressInfo).port });
} catch (thrown) {
  tell({ type: 'refused', step, code: codeOf(thrown), message: messageOf(thrown) });
}

function tell(notice: DynamodbNotice): void {
  parentPort?.postMessage(notice);
}

/** LevelDB hands a write to the operating system and acknowledges it; with `sync` it survives a power failure too. */
function syncEveryWrite(): void {
  for (const [method, optionsAt] of [
    ['_put', 2],
    ['_del', 1],
    ['_batch', 1],
  ] as const) {
    const original = prototype[method];
    prototype[method] = function (...parameters) {
      return original.apply(
        this,
        parameters.with(optionsAt, { ...(parameters[optionsAt] as object), sync: true }),
      );
    };
  }
}

/** dynalite listens before its database is open, and does not tell when it cannot be opened. */
function whenOpened(): Promise<Database> {
  const original = prototype._open;
  return new Promise((resolve, reject) => {
    prototype._open = async function (...parameters) {
      try {
        await original.apply(this, parameters);
        resolve(this as Database);
      } catch (thrown) {
        reject(thrown);
        throw thrown;
      }
    };
  });
}

/** A table of which only the first half was made when the process was killed would be `CREATING` for ever. It is empty. */
async function removeHalfMadeTables(database: Database): Promise<void> {
  const tables = database.iterator({ gt: 'table~', lt: 'table\x7f' });
  for await (const [key, table] of tables) if (table.TableStatus === 'CREATING') await database.del(key);
}

/** dynalite answers any web page's request (`Access-Control-Allow-Origin: *`). */
function guard(unguarded: Server): void {
  const [serve] = unguarded.listeners('request') as RequestListener[];
  if (serve === undefined) throw new Error('dynalite serves no requests');
  unguarded.removeAllListeners('request');
  unguarded.on('request', (request, response) => {
    const refusal = refusalOf(request, token);
    if (refusal === undefined) return serve(request, response);
    request.resume();
    response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: 'AccessDeniedException', message: refusal }));
  });
}

/** What is being written is on disk before the thread ends. */
function close(): void {
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
