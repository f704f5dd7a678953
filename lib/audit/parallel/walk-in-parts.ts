import { Worker } from 'node:worker_threads';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NoneventError } from '../../nonevent-error.ts';
import type { Segment } from '../scan-pages.ts';
import { type PartReport, type Purpose, walkPart } from './part.ts';
import type { FromWorker, ToWorker, WorkerTask } from './part-messages.ts';

export type WalkInPartsOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly purpose: Purpose;
  /** The parts to walk, of one partition of the table. */
  readonly parts: readonly Segment[];
  /** Threads; with one, or one part, all happens in this thread. */
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of more that was walked. */
  readonly seen?: ((more: { readonly commits: number; readonly events: number }) => void) | undefined;
  /** Given every part that is done, in whichever order. */
  readonly done: (segment: Segment, report: PartReport) => Promise<void> | void;
};

/**
 * Walks parts of a table, as many at a time as there are threads. Ends early where the signal aborts; parts that are not done
 * by then are not told of. Each part comes to the same whoever walks it.
 *
 * Errors: `StoreUnavailable`.
 */
export async function walkInParts(options: WalkInPartsOptions): Promise<void> {
  const threads = Math.min(options.workers, options.parts.length);
  const waiting = [...options.parts];
  if (threads <= 1) return walkHere(options, waiting);
  const task = await taskFor(options);
  const stop = new AbortController();
  const walked = Array.from({ length: threads }, () => walkInThread(options, task, waiting, stop.signal));
  const give = (): void => stop.abort();
  options.signal?.addEventListener('abort', give, { once: true });
  if (options.signal?.aborted === true) give();
  try {
    await Promise.all(walked);
  } finally {
    stop.abort();
    await Promise.allSettled(walked);
    options.signal?.removeEventListener('abort', give);
  }
}

async function walkHere(options: WalkInPartsOptions, waiting: Segment[]): Promise<void> {
  for (let segment = waiting.shift(); segment !== undefined; segment = waiting.shift()) {
    if (options.signal?.aborted === true) return;
    let told = { commits: 0, events: 0 };
    const seen: NonNullable<Parameters<typeof walkPart>[0]['seen']> = ({ commits, events }) => {
      options.seen?.({ commits: commits - told.commits, events: events - told.events });
      told = { commits, events };
    };
    const aborted = new Promise<undefined>((resolve) => {
      options.signal?.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const report = await Promise.race([walkPart({ ...options, segment, seen }), aborted]);
    if (report === undefined) return;
    await options.done(segment, report);
  }
}

async function taskFor({ client, table, purpose }: WalkInPartsOptions): Promise<WorkerTask> {
  const endpoint = await client.config.endpoint?.();
  const port = endpoint?.port === undefined ? '' : `:${endpoint.port}`;
  return {
    table,
    purpose,
    region: await client.config.region(),
    endpoint: endpoint && `${endpoint.protocol}//${endpoint.hostname}${port}${endpoint.path}`,
  };
}

/**
 * Of what a thread keeps, nearly all is garbage soon, and without a limit it stays resident for long. A deployment that does not
 * fit is walked in this thread, which has no limit.
 */
const THREAD_MEMORY = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 64 };

async function walkInThread(
  options: WalkInPartsOptions,
  task: WorkerTask,
  waiting: Segment[],
  signal: AbortSignal,
): Promise<void> {
  const working: Working = { segment: undefined };
  try {
    await handParts(options, task, waiting, signal, working);
  } catch (thrown) {
    const { segment } = working;
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY' || segment === undefined)
      throw thrown;
    await walkHere({ ...options, signal }, [segment]);
    await walkInThread(options, task, waiting, signal);
  }
}

/** The part that a thread works on. */
type Working = { segment: Segment | undefined };

/** Hands part after part to one thread, until none is left. */
function handParts(
  { client, seen, done }: WalkInPartsOptions,
  task: WorkerTask,
  waiting: Segment[],
  signal: AbortSignal,
  working: Working,
): Promise<void> {
  const worker = new Worker(new URL('./part-worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: THREAD_MEMORY,
  });
  const say = (message: ToWorker): void => worker.postMessage(message);
  return new Promise<void>((resolve, reject) => {
    const next = (): void => {
      working.segment = waiting.shift();
      if (working.segment === undefined) resolve();
      else say({ type: 'part', ...working.segment });
    };
    const take = async (message: FromWorker): Promise<void> => {
      switch (message.type) {
        case 'ready':
          return next();
        case 'seen':
          return seen?.(message);
        case 'credentials':
          return say({ type: 'credentials', credentials: await client.config.credentials() });
        case 'done':
          if (working.segment !== undefined) await done(working.segment, message.report);
          return next();
        case 'failed':
          throw new NoneventError(message.code ?? 'StoreUnavailable', message.message, {
            ...(message.hint === undefined ? {} : { hint: message.hint }),
          });
        default:
          message satisfies never;
      }
    };
    worker.on('message', (message: FromWorker) => void take(message).catch(reject));
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread of the audit ended with exit code ${code}`)));
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  }).finally(() => worker.terminate());
}
