import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { type DistributedReport, distributedReport } from './conclude-run.ts';
import { exportTable } from './export-table.ts';
import { damaged, fromJson } from './ndjson.ts';
import type { Objects } from './objects.ts';
import { type Run, type RunInput, reportKey } from './run.ts';
import { type Execution, runMachine } from './run-machine.ts';
import { type Step, type WaitingOptions, waitingWith } from './waiting.ts';

export type VerifyDistributedOptions = WaitingOptions & {
  readonly dynamodb: DynamoDBClient;
  readonly states: SFNClient;
  /** What is in the bucket. */
  readonly objects: Pick<Objects, 'read'>;
  readonly tableArn: string;
  readonly bucket: string;
  /** The ARN of the state machine with the document of `auditStatesLanguage`. */
  readonly machine: string;
  /** See `Run`. */
  readonly publicKey: Run['publicKey'];
  readonly known: Run['known'];
};

/** An interruption ends the waiting and nothing else: it says what goes on. */
export type Verified =
  | { readonly outcome: 'verified'; readonly report: DistributedReport; readonly at: string }
  | { readonly outcome: 'interrupted'; readonly step: Step };

/** Below this a group fits into the memory of its function with all that is made of it. */
const BYTES_PER_GROUP = 64 * 1024 * 1024;
const GROUPS_AT_MOST = 10_000;

/**
 * Verifies a table that is larger than one machine: exports it to the bucket, lets the state machine verify the export, and reads its
 * report. Each run is another one, with a folder of its own.
 *
 * Errors: `StoreUnavailable`, with the IAM action that was needed in `action`, where AWS did not do what it was asked for;
 * `HistoryCorrupt` for a report that contradicts the execution it is from.
 */
export async function verifyDistributed(options: VerifyDistributedOptions): Promise<Verified> {
  const { bucket, publicKey, known } = options;
  const waiting = waitingWith(options);
  const exported = await exportTable(options, waiting);
  if ('waitsFor' in exported) return { outcome: 'interrupted', step: exported };
  const work = `runs/${randomUUID()}`;
  const groups = Math.min(GROUPS_AT_MOST, Math.max(1, Math.ceil(exported.bytes / BYTES_PER_GROUP)));
  const input: RunInput = { bucket, run: { manifest: exported.manifest, work, groups, publicKey, known } };
  const execution = await runMachine(options, waiting, input);
  if ('waitsFor' in execution) return { outcome: 'interrupted', step: execution };
  const key = reportKey({ work });
  const report = fromJson(distributedReport, await options.objects.read(key), key);
  requireAgreement(report, execution, key);
  return { outcome: 'verified', report, at: `s3://${bucket}/${key}` };
}

/** Sound is only what both say is sound. */
function requireAgreement({ sound, findings }: DistributedReport, { ending }: Execution, key: string): void {
  if (sound === (ending === 'sound') && sound === (findings.length === 0)) return;
  throw damaged(
    `${key} says ${sound ? 'sound' : 'not sound'} with ${findings.length} findings, and its execution ended as ${ending}`,
  );
}
