import {
  DescribeExportCommand,
  type DynamoDBClient,
  type ExportDescription,
  ExportTableToPointInTimeCommand,
} from '@aws-sdk/client-dynamodb';
import { NoneventError } from '../../nonevent-error.ts';
import { asking } from './asking.ts';
import type { Step, Waiting } from './waiting.ts';

/** A finished export of a table. */
export type Exported = {
  /** The key of its list of files. */
  readonly manifest: string;
  /** How large the table was, in bytes. */
  readonly bytes: number;
};

/**
 * Exports a table as it is now to a bucket, and waits until that is done. An export takes minutes, also of a small table, reads nothing of the
 * table's capacity, and needs point-in-time recovery. Gives the step where the waiting was interrupted.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html for where the files are.
 *
 * Errors: `StoreUnavailable`.
 */
export async function exportTable(
  table: { readonly dynamodb: DynamoDBClient; readonly tableArn: string; readonly bucket: string },
  waiting: Waiting,
): Promise<Exported | Step> {
  const { dynamodb, tableArn, bucket } = table;
  const begun = await asking('start an export of the table', 'dynamodb:ExportTableToPointInTime', () =>
    // Without a prefix, so that the keys in the manifest are those in the bucket.
    dynamodb.send(
      new ExportTableToPointInTimeCommand({
        TableArn: tableArn,
        S3Bucket: bucket,
        ExportFormat: 'DYNAMODB_JSON',
      }),
    ),
  );
  const arn = begun.ExportDescription?.ExportArn ?? '';
  const step: Step = { waitsFor: 'export', arn };
  for (;;) {
    const { ExportDescription: description } = await asking(
      'see how far the export is',
      'dynamodb:DescribeExport',
      () => dynamodb.send(new DescribeExportCommand({ ExportArn: arn })),
    );
    if (description?.ExportStatus === 'COMPLETED') return exportedAs(arn, description);
    if (description?.ExportStatus === 'FAILED') throw failed(arn, description);
    if (!(await waiting.again(step))) return step;
  }
}

function exportedAs(arn: string, { BilledSizeBytes = 0 }: ExportDescription): Exported {
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  return { manifest: `AWSDynamoDB/${id}/manifest-files.json`, bytes: BilledSizeBytes };
}

function failed(arn: string, { FailureCode, FailureMessage }: ExportDescription): NoneventError {
  return new NoneventError(
    'StoreUnavailable',
    `the export of the table failed with ${FailureCode}: ${FailureMessage}`,
    {
      fields: { export: arn },
      hint: 'whoever exports needs s3:PutObject, s3:AbortMultipartUpload and s3:PutObjectAcl on the bucket and the use of its key; then type the command again',
    },
  );
}
