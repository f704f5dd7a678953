import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beginningOf, type ChainPosition } from '../history/chain.ts';
import type { StreamName } from '../history/event-store.ts';
import type { Item } from '../history/item.ts';
import { queryPages } from '../history/query-pages.ts';
import { requireStreamName, streamName } from '../history/stream-name.ts';
import { type ChainFinding, checkCommit } from './check-commit.ts';
import { scanPages } from './scan-pages.ts';

export type VerifyChainOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** One stream only. @default every stream of the table, for which `dynamodb:Scan` is needed */
  readonly stream?: StreamName;
};

export type ChainReport = {
  readonly streams: number;
  /** Commits and events that are sound: those of a stream up to its first finding. */
  readonly commits: number;
  readonly events: number;
  /** At most one for each stream: what follows the first bad commit proves nothing. */
  readonly findings: readonly ChainFinding[];
};

/**
 * Verifies the chain of one stream or of all: nothing changed, missing, added or moved between a stream's first commit
 * and its last, and every event of the form that its schema asks. Names the first bad seq of each stream that is not so.
 *
 * Reads page by page and keeps one page and the findings in memory. A chain alone cannot show that its newest commits
 * were cut off; seals do.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function verifyChain(options: VerifyChainOptions): Promise<ChainReport> {
  const { client, table, stream } = options;
  const tally: Tally = { streams: 0, commits: 0, events: 0, findings: [] };
  if (stream !== undefined) {
    add(tally, await verifyStream(client, table, requireStreamName(stream)));
    return tally;
  }
  for await (const walk of walkTable(client, table)) {
    // A scan is no snapshot and promises no order, so only a query of the stream itself makes a finding.
    add(tally, walk.finding === undefined ? walk : await verifyStream(client, table, walk.position.stream));
  }
  return tally;
}

type Walk = {
  position: ChainPosition;
  commits: number;
  events: number;
  finding: ChainFinding | undefined;
};

type Tally = { streams: number; commits: number; events: number; readonly findings: ChainFinding[] };

async function verifyStream(client: DynamoDBClient, table: string, stream: StreamName): Promise<Walk> {
  const walk = beginWalk(stream);
  const pages = queryPages(client, {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#stream = :stream',
    ExpressionAttributeNames: { '#stream': 'stream' },
    ExpressionAttributeValues: { ':stream': { S: stream } },
  });
  for await (const items of pages) {
    for (const item of items) step(walk, item);
    if (walk.finding !== undefined) break;
  }
  return walk;
}

/** The streams of a table one after the other: a scan gives the items of a stream together and in the order of their seq. */
async function* walkTable(client: DynamoDBClient, table: string): AsyncGenerator<Walk> {
  let walk: Walk | undefined;
  for await (const items of scanPages(client, table)) {
    for (const item of items) {
      const stream = item.stream?.S as StreamName;
      if (walk !== undefined && walk.position.stream !== stream) {
        yield walk;
        walk = undefined;
      }
      walk ??= beginWalk(stream);
      step(walk, item);
    }
  }
  if (walk !== undefined) yield walk;
}

function beginWalk(stream: StreamName): Walk {
  const finding = streamName.safeParse(stream).success
    ? undefined
    : { stream, seq: 1, problem: 'no stream has such a name' };
  return { position: beginningOf(stream), commits: 0, events: 0, finding };
}

function step(walk: Walk, item: Item): void {
  if (walk.finding !== undefined) return;
  const checked = checkCommit(walk.position, item);
  if (!checked.sound) {
    walk.finding = checked.finding;
    return;
  }
  walk.position = checked.commit;
  walk.commits += 1;
  walk.events += checked.commit.events.length;
}

function add(tally: Tally, walk: Walk): void {
  if (walk.commits > 0 || walk.finding !== undefined) tally.streams += 1;
  tally.commits += walk.commits;
  tally.events += walk.events;
  if (walk.finding !== undefined) tally.findings.push(walk.finding);
}
