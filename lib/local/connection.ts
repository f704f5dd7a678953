import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { NoneventError } from '../nonevent-error.ts';
import { dataFolder } from './data-folder.ts';
import { codeOf, diskFailure } from './disk-failure.ts';
import { isRunning, processIdentity } from './process-identity.ts';

const loopback = z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/, 'expected an address on 127.0.0.1');

/** How a running local system is reached: the content of `system.json`. */
export const connection = z.strictObject({
  process: processIdentity,
  startedAt: z.string(),
  version: z.string(),
  endpoints: z.strictObject({ dynamodb: loopback, states: loopback, events: loopback }),
  table: z.string(),
  token: z.string().min(16).describe('The access key of this start. Whoever has it may do everything.'),
});
export type Connection = z.output<typeof connection>;

const HEALTH_WITHIN_MS = 2000;

/**
 * Finds the system that runs on a data folder, and makes sure that it answers.
 *
 * Errors: `Unreachable` when none runs there; `StoreUnavailable` when the folder cannot be read.
 */
export async function readConnection(path: string): Promise<Connection> {
  const folder = dataFolder(path);
  const found = await connectionIn(folder.system);
  if (found === undefined) throw unreachable(`no local system runs on ${folder.root}`, folder.root);
  if (!(await isRunning(found.process))) {
    throw unreachable(
      `the local system on ${folder.root} has ended (it was process ${found.process.pid})`,
      folder.root,
    );
  }
  if (!(await isAnswering(found))) {
    throw unreachable(
      `the local system on ${folder.root} does not answer at ${found.endpoints.states}`,
      folder.root,
    );
  }
  return found;
}

/** The connection that a file describes; `undefined` when there is none. Error: `StoreUnavailable`. */
export async function connectionIn(file: string): Promise<Connection | undefined> {
  try {
    return connection.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || thrown instanceof SyntaxError || thrown instanceof z.ZodError)
      return undefined;
    throw diskFailure('read', file, thrown);
  }
}

async function isAnswering(found: Connection): Promise<boolean> {
  try {
    const health = z
      .object({ process: processIdentity })
      .parse(await healthAt(found.endpoints.states, AbortSignal.timeout(HEALTH_WITHIN_MS)));
    return health.process.pid === found.process.pid && health.process.started === found.process.started;
  } catch {
    return false;
  }
}

/** With an agent of its own: the common one and `fetch` may be told by the environment to ask a proxy, which is not here. */
function healthAt(endpoint: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(`${endpoint}/health`, { agent: false, signal }, (response) => {
      json(response).then(resolve, reject);
    }).once('error', reject);
  });
}

function unreachable(message: string, folder: string): NoneventError {
  return new NoneventError('Unreachable', message, {
    fields: { folder },
    hint: 'start it with `nonevent dev`',
  });
}
