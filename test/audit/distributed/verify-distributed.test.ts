import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { s3Objects } from '../../../lib/audit/distributed/s3-objects.ts';
import {
  type VerifyDistributedOptions,
  verifyDistributed,
} from '../../../lib/audit/distributed/verify-distributed.ts';
import { type HistoryReport, verifyHistory } from '../../../lib/audit/verify-history.ts';
import type { Item } from '../../../lib/history/item.ts';
import { fakeS3 } from '../../aws/s3.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';
import { NOW, writeSealedHistory } from '../sample-bundle.ts';
import { FIRST_STREAM } from '../sample-history.ts';
import { itemsOf } from './export-files.ts';
import { answerOf, MACHINE, serveAudit, TABLE_ARN } from './serve-audit.ts';

let dynalite: Dynalite;
let items: readonly Item[];
let here: HistoryReport;

beforeAll(async () => {
  dynalite = await startDynalite();
  const [client, table] = [dynalite.client(), await dynalite.newTable()];
  await writeSealedHistory(client, table);
  items = await itemsOf(client, table);
  here = await verifyHistory({ client, table, now: NOW });
});
afterAll(() => dynalite.stop());

/** An account with this table, and a way to verify it there. */
async function account(exported: readonly Item[] = items) {
  const { client, objects } = await fakeS3({ buckets: ['audits'] });
  const bucket = s3Objects(client, 'audits');
  const audit = await serveAudit(bucket, exported, NOW);
  const configuration = { ...audit.service, maxAttempts: 1 };
  const verify = (options: Partial<VerifyDistributedOptions> = {}) =>
    verifyDistributed({
      dynamodb: new DynamoDBClient(configuration),
      states: new SFNClient(configuration),
      objects: bucket,
      tableArn: TABLE_ARN,
      bucket: 'audits',
      machine: MACHINE,
      publicKey: null,
      known: null,
      everyMs: 1,
      ...options,
    });
  return { audit, objects, verify };
}

it('exports the table, lets AWS verify it, and comes to what `audit verify` finds here', async () => {
  const { audit, objects, verify } = await account();
  audit.stillWorking = 2;
  const seen: string[] = [];
  const verified = await verify({ seen: ({ waitsFor }) => seen.push(waitsFor) });
  const { streams, commits, events, unsealed, seals, newestSeal } = here;
  expect(verified).toMatchObject({
    outcome: 'verified',
    report: { sound: true, streams, commits, events, unsealed, seals, newestSeal, findings: [] },
    at: expect.stringMatching(/^s3:\/\/audits\/runs\/[0-9a-f-]{36}\/report\.json$/),
  });
  expect(seen).toEqual(['export', 'export', 'verification', 'verification']);
  // 200 MB make four groups of 64 MB.
  expect([...objects.keys()].filter((key) => key.includes('/results/'))).toHaveLength(4);
});

it('tells what was found in a table that was tampered with', async () => {
  const { verify } = await account(
    items.filter(({ stream, seq }) => stream?.S !== FIRST_STREAM || seq?.N !== '3'),
  );
  expect(await verify()).toMatchObject({
    report: { sound: false, findings: [{ stream: FIRST_STREAM, seq: 3 }] },
  });
});

it('holds the export against the seal that was verified before', async () => {
  const { verify } = await account();
  const known = { seal: 7, hash: 'a'.repeat(64), at: '2026-01-02T03:04:05.006Z' };
  expect(await verify({ known })).toMatchObject({
    report: {
      sound: false,
      findings: [{ stream: 'seal#7', problem: expect.stringContaining('the table was set back') }],
    },
  });
});

it.each([
  [
    'ExportTableToPointInTime',
    'could not start an export of the table: not now',
    'dynamodb:ExportTableToPointInTime',
  ],
  ['DescribeExport', 'could not see how far the export is: not now', 'dynamodb:DescribeExport'],
  ['StartExecution', 'could not start the verification: not now', 'states:StartExecution'],
  ['DescribeExecution', 'could not see how far the verification is: not now', 'states:DescribeExecution'],
])('says what was refused and which permission it needs: %s', async (operation, message, action) => {
  const { audit, verify } = await account();
  audit.instead.set(operation, answerOf({ __type: 'AccessDeniedException', message: 'not now' }, 400));
  await expect(verify()).rejects.toMatchObject({ code: 'StoreUnavailable', message, fields: { action } });
});

it('takes an export that failed for no answer', async () => {
  const { audit, verify } = await account();
  const ExportDescription = {
    ExportStatus: 'FAILED',
    FailureCode: 'S3AccessDenied',
    FailureMessage: 'no access',
  };
  audit.instead.set('DescribeExport', answerOf({ ExportDescription }));
  await expect(verify()).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: 'the export of the table failed with S3AccessDenied: no access',
  });
  expect(audit.asked).not.toContain('StartExecution');
});

it.each(['FAILED', 'TIMED_OUT', 'ABORTED'])(
  'takes an execution that ended as %s for no answer',
  async (status) => {
    const { audit, verify } = await account();
    audit.instead.set('StartExecution', answerOf({ executionArn: 'execution', startDate: 0 }));
    audit.instead.set(
      'DescribeExecution',
      answerOf({ status, error: 'States.TaskFailed', cause: 'out of memory' }),
    );
    await expect(verify()).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: `the verification ended as ${status} with States.TaskFailed: out of memory`,
    });
  },
);

it('believes no report that its execution contradicts', async () => {
  const { audit, verify } = await account(items.slice(1));
  audit.instead.set('DescribeExecution', answerOf({ status: 'SUCCEEDED' }));
  await expect(verify()).rejects.toMatchObject({
    code: 'HistoryCorrupt',
    message: expect.stringMatching(/says not sound with \d+ findings, and its execution ended as sound$/),
  });
});

it('stops waiting where it is interrupted, and says what goes on', async () => {
  const { audit, verify } = await account();
  audit.stillWorking = 1000;
  const interrupted = new AbortController();
  const verified = await verify({
    signal: interrupted.signal,
    seen: () => interrupted.abort(),
  });
  expect(verified).toMatchObject({ outcome: 'interrupted', step: { waitsFor: 'export' } });
});
