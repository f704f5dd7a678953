import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import packageDescription from '../../package.json' with { type: 'json' };
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { type AwsServer, startAwsServer } from './aws-server.ts';
import { type Clients, clientsFor, destroyClients } from './clients.ts';
import { type Closers, createClosers } from './closers.ts';
import { type Connection, connectionIn } from './connection.ts';
import { type DataFolder, makeDataFolder } from './data-folder.ts';
import { type Dynamodb, startDynamodb } from './dynamodb.ts';
import { deadLettersService, REDRIVE } from './event-bridge/dead-letters-service.ts';
import { type EventBus, openEventBus, type Rule } from './event-bridge/event-bus.ts';
import { eventBridgeService, eventOf } from './event-bridge/service.ts';
import { createFunctions, type Functions, type Handler } from './functions.ts';
import { ensureHistoryTable, LOCAL_TABLE } from './history-table.ts';
import { openInvocationLog } from './invocation-log.ts';
import type { Service } from './json-protocol.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { type Executions, openExecutions } from './step-functions/executions.ts';
import { stepFunctionsService } from './step-functions/service.ts';
import { openStateMachines } from './step-functions/state-machines.ts';
import { statusChange } from './step-functions/status-change.ts';
import { createTaskTokens } from './step-functions/task-tokens.ts';
import { tokenKey } from './token-key.ts';
import { writeAtomically } from './write-atomically.ts';

/** What the functions of a local system may use. */
export type LocalServices = {
  readonly clients: Clients;
  /** The table that histories are kept in; it exists. */
  readonly table: string;
  readonly folder: DataFolder;
  /** Aborts when the system begins to close: long work should end. */
  readonly closing: AbortSignal;
};

export type SystemOptions = {
  /** The data folder. Made where it is missing. */
  readonly folder: string;
  /** The functions by the name that definitions and rules know them by. */
  readonly functions: (
    services: LocalServices,
  ) => Promise<Readonly<Record<string, Handler>>> | Readonly<Record<string, Handler>>;
  readonly rules?: readonly Rule[];
  /** @default any free ports */
  readonly ports?: { readonly dynamodb?: number; readonly aws?: number };
  /** Waits and pauses between attempts last this much of their time. @default 1 */
  readonly timeScale?: number;
  /** How long functions may go on once the system closes, in milliseconds. @default 3000 */
  readonly graceMs?: number;
  /** Hears of troubles that end nothing. */
  readonly log?: (line: string) => void;
  /** Called once everything runs, before the start is told to be done; such as to drive open deployments on. */
  readonly onStarted?: (system: LocalSystem) => Promise<void>;
};

export type LocalSystem = {
  readonly connection: Connection;
  readonly clients: Clients;
  readonly folder: DataFolder;
  /** Runs a function directly, as `lambda invoke` would. */
  readonly invoke: Functions['invoke'];
  readonly deadLetters: EventBus['deadLetters'];
  readonly redrive: EventBus['redrive'];
  /** Resolves with the reason when the system can no longer keep what it is given, such as on a full disk. Close it then. */
  readonly failed: Promise<NoneventError>;
  /** Stops everything and frees the folder, within seconds. What still ran is found aborted by the next start. */
  readonly close: () => Promise<void>;
};

/**
 * Starts an AWS on one machine: DynamoDB, Step Functions, EventBridge and Lambda on 127.0.0.1, durable in one folder.
 *
 * Errors: `Conflict` when one runs on the folder already; `StoreUnavailable` when the folder cannot be used;
 * `Unreachable` when a port cannot be had; `HistoryCorrupt` when a journal cannot be read.
 */
export async function startSystem(options: SystemOptions): Promise<LocalSystem> {
  const closers = createClosers();
  try {
    const system = await start(options, closers);
    await options.onStarted?.(system);
    return system;
  } catch (thrown) {
    await closers.closeAll().catch(() => {});
    throw thrown;
  }
}

async function start(options: SystemOptions, closers: Closers): Promise<LocalSystem> {
  const failure = Promise.withResolvers<NoneventError>();
  const onError = (thrown: unknown): void => {
    options.log?.(messageOf(thrown));
    if (thrown instanceof NoneventError && thrown.code === 'StoreUnavailable') failure.resolve(thrown);
  };

  const folder = await makeDataFolder(options.folder);
  const identity = await ownIdentity();
  const token = randomBytes(24).toString('hex');

  // From here on no other system can start on the folder.
  const dynamodb = await openFolder(folder, { port: options.ports?.dynamodb ?? 0, token });
  closers.add(dynamodb.close);
  void dynamodb.failed.then(failure.resolve);

  let handlers: Readonly<Record<string, Handler>> = {};
  const log = await openInvocationLog(join(folder.logs, 'functions.jsonl'), onError);
  closers.add(log.close);
  const functions = createFunctions(() => handlers, log.write);
  const { services, bus, executions } = await openServices(folder, functions, options, closers, onError);

  const server = await startAwsServer({
    port: options.ports?.aws ?? 0,
    token,
    services,
    health: { service: 'nonevent', process: identity },
    onError,
  });
  closers.add(server.close);

  const connection = connectionOf(identity, token, dynamodb, server);
  const clients = clientsFor(connection);
  closers.add(() => destroyClients(clients));
  await ensureHistoryTable(clients.dynamodb, connection.table);

  const closing = new AbortController();
  handlers = await options.functions({ clients, table: connection.table, folder, closing: closing.signal });
  await writeAtomically(folder.system, JSON.stringify(connection));
  closers.add(() => rm(folder.system, { force: true }));
  // First of all nothing new begins; then what runs may end while everything it needs is still there.
  closers.add(() => functions.close(options.graceMs ?? GRACE_MS));
  closers.add(executions.halt);
  closers.add(bus.halt);
  closers.add(() => closing.abort());
  bus.start();

  return {
    connection,
    clients,
    folder,
    invoke: functions.invoke,
    deadLetters: bus.deadLetters,
    redrive: bus.redrive,
    failed: failure.promise,
    close: closers.closeAll,
  };
}

/** The database's lock stands for the whole folder. The kernel frees it however a process ends, so it is never stale. */
async function openFolder(folder: DataFolder, options: { port: number; token: string }): Promise<Dynamodb> {
  try {
    return await startDynamodb({ folder: folder.dynamodb, ...options });
  } catch (thrown) {
    if (!(thrown instanceof NoneventError) || thrown.code !== 'Conflict') throw thrown;
    const holder = (await connectionIn(folder.system).catch(() => undefined))?.process;
    const isKnown = holder !== undefined && (await isRunning(holder));
    throw new NoneventError(
      'Conflict',
      `a local system already runs on ${folder.root}${isKnown ? `, as process ${holder.pid}` : ''}`,
      {
        fields: { folder: folder.root, ...(isKnown ? { pid: holder.pid } : {}) },
        hint: isKnown ? `use it, or stop it with \`kill ${holder.pid}\`` : (thrown.hint ?? ''),
        cause: thrown,
      },
    );
  }
}

const GRACE_MS = 3000;

async function openServices(
  folder: DataFolder,
  functions: Functions,
  { rules = [], timeScale = 1 }: SystemOptions,
  closers: Closers,
  onError: (thrown: unknown) => void,
): Promise<{
  readonly services: Readonly<Record<string, Service>>;
  readonly bus: EventBus;
  readonly executions: Executions;
}> {
  const bus = await openEventBus({ path: folder.events, rules, functions, timeScale, onError });
  closers.add(bus.close);
  const stateMachines = await openStateMachines(folder.stateMachines);
  closers.add(stateMachines.close);
  const tokens = createTaskTokens(await tokenKey(folder.key));
  const executions = await openExecutions({
    path: folder.executions,
    functions,
    tokens,
    timeScale,
    onChange: (execution) => void bus.publish([eventOf(statusChange(execution), new Date())]).catch(onError),
    onError,
  });
  closers.add(executions.close);
  return {
    services: {
      AWSStepFunctions: stepFunctionsService({ stateMachines, executions, tokens }),
      AWSEvents: eventBridgeService(bus),
      [REDRIVE.service]: deadLettersService(bus),
    },
    bus,
    executions,
  };
}

function connectionOf(
  process: ProcessIdentity,
  token: string,
  dynamodb: Dynamodb,
  server: AwsServer,
): Connection {
  return {
    process,
    startedAt: new Date().toISOString(),
    version: packageDescription.version,
    endpoints: { dynamodb: dynamodb.endpoint, states: server.endpoint, events: server.endpoint },
    table: LOCAL_TABLE,
    token,
  };
}
