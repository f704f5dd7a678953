import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Objects } from '../../../lib/audit/distributed/objects.ts';
import type { Item } from '../../../lib/history/item.ts';

export const EXPORT_ID = '01693685827463-2d8752fd';
const EXPORT = `AWSDynamoDB/${EXPORT_ID}`;

/**
 * Writes a table as an export to S3 does: compressed files with an item in DynamoDB JSON on each line, in no order, and a manifest with
 * a line for each file. Gives the manifest's key. Items go to the files in turn, so that every stream is in all of them, which is
 * worse than what DynamoDB does.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 */
export async function writeExport(objects: Objects, items: readonly Item[], files = 3): Promise<string> {
  const manifest: string[] = [];
  for (let number = 0; number < files; number += 1) {
    const own = items.filter((_, index) => index % files === number).toReversed();
    const body = gzipSync(own.map((Item) => `${JSON.stringify({ Item })}\n`).join(''));
    const dataFileS3Key = `${EXPORT}/data/asdl123dasas${number}.json.gz`;
    await objects.write(dataFileS3Key, body);
    const md5 = createHash('md5').update(body);
    const md5Checksum = md5.copy().digest('base64');
    const line = { itemCount: own.length, md5Checksum, etag: `${md5.digest('hex')}-1`, dataFileS3Key };
    manifest.push(`${JSON.stringify(line)}\n`);
  }
  const key = `${EXPORT}/manifest-files.json`;
  await objects.write(key, Buffer.from(manifest.join('')));
  return key;
}

/** All items of a table, as they are at this moment. */
export async function itemsOf(client: DynamoDBClient, table: string): Promise<readonly Item[]> {
  const { Items, LastEvaluatedKey } = await client.send(new ScanCommand({ TableName: table }));
  if (LastEvaluatedKey !== undefined) throw new Error('expected a table of one page');
  return Items ?? [];
}
