import { z } from 'zod';
import { concludeVerificationHandler } from '../../../functions/conclude-verification.ts';
import { foldSealsHandler } from '../../../functions/fold-seals.ts';
import { groupFileHandler } from '../../../functions/group-file.ts';
import { verifyGroupHandler } from '../../../functions/verify-group.ts';
import type { Objects } from '../../../lib/audit/distributed/objects.ts';
import { filesOf } from '../../../lib/audit/distributed/read-group.ts';
import { run } from '../../../lib/audit/distributed/run.ts';
import type { Item } from '../../../lib/history/item.ts';
import { type FakeAnswer, type FakeService, serve } from '../../aws/serve.ts';
import { EXPORT_ID, writeExport } from './export-files.ts';

export const TABLE_ARN = 'arn:aws:dynamodb:eu-west-1:123456789012:table/history';
export const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Audit';
const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:Audit:run';

export type FakeAudit = {
  readonly service: FakeService;
  /** The operations that were asked for, in order. */
  readonly asked: string[];
  /** What is in the table. */
  items: readonly Item[];
  /** How often an export and an execution are still at work when they are looked at. */
  stillWorking: number;
  /** What an operation answers instead of its own. */
  readonly instead: Map<string, FakeAnswer>;
};

const described = z.object({ ExportArn: z.literal(`${TABLE_ARN}/export/${EXPORT_ID}`) });
const table = z.object({ TableName: z.literal('history') });
const exporting = z.object({
  TableArn: z.literal(TABLE_ARN),
  S3Bucket: z.literal('audits'),
  S3Prefix: z.never().optional(),
  ExportFormat: z.literal('DYNAMODB_JSON'),
});
const starting = z.object({ stateMachineArn: z.literal(MACHINE), input: z.string() });
/** What the document's first state takes from the input; a path that leads nowhere fails the execution. */
const execution = z.object({ bucket: z.literal('audits'), run: run.omit({ begunAt: true }) });

/**
 * DynamoDB and Step Functions as far as a distributed audit needs them: an export is `IN_PROGRESS` first and has its files in the bucket once it
 * is `COMPLETED` (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeExport.html), and an execution runs the
 * functions in the order of the document, with what it gives them, and ends as the document ends
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html).
 */
export async function serveAudit(objects: Objects, items: readonly Item[], now: number): Promise<FakeAudit> {
  let looks = 0;
  let ended: object | undefined;
  const isWorking = (): boolean => looks++ < audit.stillWorking;
  const answers: Readonly<Record<string, (input: unknown) => Promise<object>>> = {
    async ExportTableToPointInTime(input) {
      exporting.parse(input);
      await writeExport(objects, audit.items);
      looks = 0;
      return { ExportDescription: exportAs('IN_PROGRESS') };
    },
    async DescribeTable(input) {
      table.parse(input);
      return { Table: { TableName: 'history', TableArn: TABLE_ARN } };
    },
    async DescribeExport(input) {
      described.parse(input);
      return { ExportDescription: exportAs(isWorking() ? 'IN_PROGRESS' : 'COMPLETED') };
    },
    async StartExecution(input) {
      const { input: text } = starting.parse(input);
      ended = await verifyAll(objects, execution.parse(JSON.parse(text)).run, now);
      looks = 0;
      return { executionArn: EXECUTION, startDate: now / 1000 };
    },
    async DescribeExecution() {
      const common = { executionArn: EXECUTION, stateMachineArn: MACHINE, startDate: now / 1000 };
      return { ...common, ...(isWorking() ? { status: 'RUNNING' } : ended) };
    },
  };
  const service = await serve(async ({ headers, body }) => {
    const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
    audit.asked.push(operation);
    const instead = audit.instead.get(operation);
    if (instead !== undefined) return instead;
    return answerOf((await answers[operation]?.(JSON.parse(String(body)))) ?? {});
  });
  const audit: FakeAudit = { service, asked: [], items, stillWorking: 0, instead: new Map() };
  return audit;
}

/** An answer of the JSON protocols of both services. */
export function answerOf(body: object, status = 200): FakeAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}

function exportAs(ExportStatus: 'IN_PROGRESS' | 'COMPLETED'): object {
  const ExportArn = `${TABLE_ARN}/export/${EXPORT_ID}`;
  return { ExportArn, ExportStatus, TableArn: TABLE_ARN, BilledSizeBytes: 200 * 1024 * 1024 };
}

/** Runs the functions as the document says, and gives what `DescribeExecution` would tell of the end. */
async function verifyAll(
  objects: Objects,
  input: z.output<typeof execution>['run'],
  now: number,
): Promise<object> {
  const run = { ...input, begunAt: new Date(now).toISOString() };
  for (const file of await filesOf(objects, run)) await groupFileHandler(objects)({ run, file });
  const { groups } = (await foldSealsHandler(objects)({ run })) as { readonly groups: readonly number[] };
  for (const group of groups) await verifyGroupHandler(objects)({ run, group });
  const { sound, findingsInAll } = (await concludeVerificationHandler(objects)({ run })) as {
    readonly sound: boolean;
    readonly findingsInAll: number;
  };
  if (sound) return { status: 'SUCCEEDED', output: '{}' };
  return { status: 'FAILED', error: 'HistoryTampered', cause: `${findingsInAll} streams are not sound` };
}
