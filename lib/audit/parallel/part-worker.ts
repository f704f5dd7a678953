import { parentPort, workerData } from 'node:worker_threads';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CLIENT_CONFIG } from '../../aws/client-config.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { walkPart } from './part.ts';
import type { Credentials, FromWorker, ToWorker, WorkerTask } from './part-messages.ts';

/** One thread: walks the parts of a table that it is given, one after the other. */
const { table, region, endpoint, purpose } = workerData as WorkerTask;

let renewed: ((credentials: Credentials) => void) | undefined;

const client = new DynamoDBClient({
  ...CLIENT_CONFIG,
  region,
  ...(endpoint === undefined ? {} : { endpoint }),
  credentials: () =>
    new Promise<Credentials>((resolve) => {
      renewed = resolve;
      tell({ type: 'credentials' });
    }),
});

parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'credentials') renewed?.(message.credentials);
  else void walk(message.index, message.of);
});
tell({ type: 'ready' });

async function walk(index: number, of: number): Promise<void> {
  let told = { commits: 0, events: 0 };
  const seen = ({ commits, events }: { readonly commits: number; readonly events: number }): void => {
    if (commits - told.commits < TELL_EVERY) return;
    tell({ type: 'seen', commits: commits - told.commits, events: events - told.events });
    told = { commits, events };
  };
  try {
    const report = await walkPart({ client, table, purpose, segment: { index, of }, seen });
    tell({ type: 'seen', commits: report.commits - told.commits, events: report.events - told.events });
    tell({ type: 'done', index, report });
  } catch (thrown) {
    // What is no outage is a bug, and ends the thread with its stack.
    if (!(thrown instanceof NoneventError)) throw thrown;
    tell({ type: 'failed', code: thrown.code, message: messageOf(thrown), hint: thrown.hint });
  }
}

/** Commits between two signs of progress. */
const TELL_EVERY = 500;

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}
