import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NoneventError } from '../nonevent-error.ts';
import { type DeploymentId, deploymentId } from './deployment-id.ts';
import type { IndexEntry } from './event-store.ts';
import type { IndexKind } from './index-key.ts';
import { type Item, indexEntryOf } from './item.ts';
import { queryPages } from './query-pages.ts';
import { INDEX_BY_STREAM, INDEX_BY_TIME } from './table.ts';

const DEPLOYMENT = 'deployment#';
const ENOUGH_TO_BE_AMBIGUOUS = 2;

/** Entries of one request; keys alone are far below the 1 MB at which DynamoDB ends a page. */
const PAGE = 1000;

/** The newest entries of one kind, newest first; none from before `since`. Reads no more than `limit` entries. */
export async function listIndex(
  client: DynamoDBClient,
  table: string,
  which: IndexKind,
  limit: number,
  since?: string,
): Promise<readonly IndexEntry[]> {
  if (!Number.isInteger(limit) || limit < 1)
    throw new NoneventError('InvalidInput', `invalid limit ${limit}: expected a whole number from 1`);
  const entries: IndexEntry[] = [];
  const pages = queryPages(client, {
    TableName: table,
    IndexName: INDEX_BY_TIME,
    KeyConditionExpression: since === undefined ? '#ix = :ix' : '#ix = :ix AND #at >= :since',
    ExpressionAttributeNames: { '#ix': 'ix', ...(since === undefined ? {} : { '#at': 'ixAt' }) },
    ExpressionAttributeValues: {
      ':ix': { S: which },
      ...(since === undefined ? {} : { ':since': { S: since } }),
    },
    ScanIndexForward: false,
    Limit: Math.min(limit, PAGE),
  });
  for await (const items of pages) {
    entries.push(...items.map((item) => entryOf(item, table)));
    if (entries.length >= limit) break;
  }
  return entries.slice(0, limit);
}

/** The ids of at most two deployments that begin with `prefix`: one request and at most two items, however many there are. */
export async function findDeployments(
  client: DynamoDBClient,
  table: string,
  prefix: string,
): Promise<readonly DeploymentId[]> {
  const whole = deploymentId.safeParse(prefix);
  if (whole.success) return (await isOpened(client, table, whole.data)) ? [whole.data] : [];
  if (!/^[0-9a-f]{0,19}$/.test(prefix)) return [];
  const found: DeploymentId[] = [];
  const pages = queryPages(client, {
    TableName: table,
    IndexName: INDEX_BY_STREAM,
    KeyConditionExpression: '#ix = :opened AND begins_with(#stream, :prefix)',
    ExpressionAttributeNames: { '#ix': 'ix', '#stream': 'stream' },
    ExpressionAttributeValues: { ':opened': { S: 'opened' }, ':prefix': { S: DEPLOYMENT + prefix } },
    Limit: ENOUGH_TO_BE_AMBIGUOUS,
  });
  for await (const items of pages) {
    found.push(...items.map((item) => idOf(item, table)));
    if (found.length >= ENOUGH_TO_BE_AMBIGUOUS) break;
  }
  return found.slice(0, ENOUGH_TO_BE_AMBIGUOUS);
}

/** A whole id is asked of the table itself: indexes lag behind, and a deployment just opened must be found. */
async function isOpened(client: DynamoDBClient, table: string, id: DeploymentId): Promise<boolean> {
  const pages = queryPages(client, {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#stream = :stream AND #seq = :first',
    ProjectionExpression: '#seq',
    ExpressionAttributeNames: { '#stream': 'stream', '#seq': 'seq' },
    ExpressionAttributeValues: { ':stream': { S: DEPLOYMENT + id }, ':first': { N: '1' } },
  });
  for await (const items of pages) return items.length > 0;
  return false;
}

function entryOf(item: Item, table: string): IndexEntry {
  const entry = indexEntryOf(item);
  if (entry !== undefined) return entry;
  throw damagedIndex(table, JSON.stringify(item));
}

function idOf(item: Item, table: string): DeploymentId {
  const id = deploymentId.safeParse(item.stream?.S?.slice(DEPLOYMENT.length));
  if (id.success) return id.data;
  throw damagedIndex(table, JSON.stringify(item));
}

function damagedIndex(table: string, seen: string): NoneventError {
  return new NoneventError(
    'HistoryCorrupt',
    `an index of table ${table} holds ${seen}: expected a commit of a deployment`,
    { fields: { table }, hint: 'nonevent audit verify' },
  );
}
