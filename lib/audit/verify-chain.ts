import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beginningOf, type ChainPosition } from '../history/chain.ts';
import type { StreamName } from '../history/event-store.ts';
import type { Item } from '../history/item.ts';
import { queryPages } from '../history/query-pages.ts';
import { requireStreamName, streamName } from '../history/stream-name.ts';
import { checkCommit } from './check-commit.ts';
import type { Finding } from './finding.ts';
import type { Inspect, Inspector } from './inspector.ts';
import { scanPages } from './scan-pages.ts';

export type VerifyChainOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** One stream only. @default every stream of the table, for which `dynamodb:Scan` is needed */
  readonly stream?: StreamName;
  /** What each stream is held against besides its chain. @default nothing */
  readonly inspect?: Inspect;
  /** Streams that are left out. @default none */
  readonly skip?: (stream: string) => boolean;
};

export type ChainReport = {
  readonly streams: number;
  /** Commits and events that are sound: those of a stream up to its first finding. */
  readonly commits: number;
  readonly events: number;
  /** At most one for each stream: what follows the first bad commit proves nothing. */
  readonly findings: readonly Finding[];
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
  const { stream } = options;
  const tally: Tally = { streams: 0, commits: 0, events: 0, findings: [] };
  if (stream !== undefined) {
    add(tally, await verifyStream(options, requireStreamName(stream)));
    return tally;
  }
  for await (const walk of walkTable(options)) {
    // A scan is no snapshot and promises no order, so only a query of the stream itself makes a finding.
    add(tally, walk.finding === undefined ? walk : await verifyStream(options, walk.position.stream));
  }
  return tally;
}

type Walk = {
  position: ChainPosition;
  /** How many events each commit has, so that those before a finding can be counted. */
  events: number[];
  finding: Finding | undefined;
  readonly inspector: Inspector | undefined;
};

type Tally = { streams: number; commits: number; events: number; readonly findings: Finding[] };

async function verifyStream(options: VerifyChainOptions, stream: StreamName): Promise<Walk> {
  const walk = beginWalk(options, stream);
  const pages = queryPages(options.client, {
    TableName: options.table,
    ConsistentRead: true,
    KeyConditionExpression: '#stream = :stream',
    ExpressionAttributeNames: { '#stream': 'stream' },
    ExpressionAttributeValues: { ':stream': { S: stream } },
  });
  for await (const items of pages) {
    for (const item of items) step(walk, item);
    if (walk.finding !== undefined) break;
  }
  return endWalk(walk);
}

/** The streams of a table one after the other: a scan gives the items of a stream together and in the order of their seq. */
async function* walkTable(options: VerifyChainOptions): AsyncGenerator<Walk> {
  let walk: Walk | undefined;
  for await (const items of scanPages(options.client, options.table)) {
    for (const item of items) {
      const stream = item.stream?.S as StreamName;
      if (options.skip?.(stream)) continue;
      if (walk !== undefined && walk.position.stream !== stream) {
        yield endWalk(walk);
        walk = undefined;
      }
      walk ??= beginWalk(options, stream);
      step(walk, item);
    }
  }
  if (walk !== undefined) yield endWalk(walk);
}

function beginWalk({ inspect }: VerifyChainOptions, stream: StreamName): Walk {
  const finding = streamName.safeParse(stream).success
    ? undefined
    : { stream, seq: 1, problem: 'no stream has such a name' };
  return { position: beginningOf(stream), events: [], finding, inspector: inspect?.(stream) };
}

function step(walk: Walk, item: Item): void {
  if (walk.finding !== undefined) return;
  const checked = checkCommit(walk.position, item);
  if (!checked.sound) {
    walk.finding = checked.finding;
    return;
  }
  walk.finding = walk.inspector?.commit(checked.commit);
  if (walk.finding !== undefined) return;
  walk.position = checked.commit;
  walk.events.push(checked.commit.events.length);
}

function endWalk(walk: Walk): Walk {
  walk.finding ??= walk.inspector?.end(walk.position);
  return walk;
}

function add(tally: Tally, walk: Walk): void {
  const sound = walk.finding === undefined ? walk.events : walk.events.slice(0, walk.finding.seq - 1);
  if (walk.events.length > 0 || walk.finding !== undefined) tally.streams += 1;
  tally.commits += sound.length;
  tally.events += sound.reduce((sum, count) => sum + count, 0);
  if (walk.finding !== undefined) tally.findings.push(walk.finding);
}
