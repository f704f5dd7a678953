import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { diskFailure } from './disk-failure.ts';

export type DynamodbOptions = {
  /** Where the data is kept. Only one process at a time may use it. */
  readonly folder: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The access key that requests must carry. */
  readonly token: string;
};

export type Dynamodb = {
  readonly endpoint: string;
  /** Resolves with the reason when the endpoint has ended without being closed. */
  readonly failed: Promise<NoneventError>;
  /** Resolves when all data is on disk and the folder is free, within seconds. */
  readonly close: () => Promise<void>;
};

/** What the endpoint's thread says. */
export type DynamodbNotice =
  | { readonly type: 'listening'; readonly port: number }
  | {
      readonly type: 'refused';
      readonly step: 'open' | 'listen';
      readonly code: string;
      readonly message: string;
    };
type Refused = Extract<DynamodbNotice, { type: 'refused' }>;

const CLOSE_WITHIN_MS = 5000;

/**
 * Starts a DynamoDB endpoint on 127.0.0.1 that keeps its data in a folder. Every acknowledged write is on disk.
 *
 * Errors: `Conflict` when another system uses the folder; `StoreUnavailable` when the folder cannot be used;
 * `Unreachable` when the port cannot be had.
 */
export async function startDynamodb(options: DynamodbOptions): Promise<Dynamodb> {
  const worker = new Worker(new URL('./dynamodb-worker.ts', import.meta.url), {
    workerData: options,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stderr: true,
  });
  let isClosing = false;
  const failed = new Promise<NoneventError>((resolve) => {
    worker.once('error', (thrown) => resolve(storageFailure(thrown, options.folder)));
    worker.once('exit', () => {
      if (!isClosing) resolve(storageFailure(new Error('the endpoint ended'), options.folder));
    });
  });
  const notice = await Promise.race([
    once(worker, 'message').then(([told]) => told as DynamodbNotice),
    failed.then((error) => ({ type: 'ended' as const, error })),
  ]);
  switch (notice.type) {
    case 'listening':
      return {
        endpoint: `http://127.0.0.1:${notice.port}`,
        failed,
        close: async () => {
          isClosing = true;
          await close(worker);
        },
      };
    case 'refused':
      isClosing = true;
      await worker.terminate();
      throw refusal(notice, options);
    case 'ended':
      throw notice.error;
    default:
      return notice satisfies never;
  }
}

async function close(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return;
  const ended = once(worker, 'exit');
  worker.postMessage('close');
  const timer = setTimeout(() => void worker.terminate(), CLOSE_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}

function refusal({ step, code, message }: Refused, { folder, port }: DynamodbOptions): NoneventError {
  if (step === 'listen') {
    return new NoneventError('Unreachable', `could not listen on port ${port}: ${message}`, {
      fields: { port },
      hint: 'choose another port, or none for any free one',
    });
  }
  if (code === 'LEVEL_LOCKED') {
    return new NoneventError('Conflict', `another process keeps its histories in ${folder}`, {
      fields: { folder },
      hint: 'use the local system that already runs, or stop it first',
    });
  }
  return diskFailure('open the histories in', folder, Object.assign(new Error(message), { code }));
}

function storageFailure(thrown: unknown, folder: string): NoneventError {
  return new NoneventError(
    'StoreUnavailable',
    `the histories in ${folder} can no longer be kept: ${messageOf(thrown)}`,
    {
      fields: { folder },
      hint: 'see that the disk is neither full nor read-only, then start `nonevent dev` again; what was acknowledged is kept',
      cause: thrown,
    },
  );
}
