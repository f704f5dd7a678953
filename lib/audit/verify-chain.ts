import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StreamName } from '../history/event-store.ts';
import { queryPages } from '../history/query-pages.ts';
import { requireStreamName } from '../history/stream-name.ts';
import { type Segment, scanPages } from './scan-pages.ts';
import {
  add,
  type ChainReport,
  newTally,
  together,
  type Walk,
  type WalkOptions,
  walkPages,
  walkStream,
} from './walk.ts';

export type { ChainReport } from './walk.ts';

export type VerifyChainOptions = WalkOptions & {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** One stream only. @default every stream of the table, for which `dynamodb:Scan` is needed */
  readonly stream?: StreamName;
  /** One part of the table only. @default the whole table */
  readonly segment?: Segment;
  /** Told of what was walked so far, stream by stream. */
  readonly seen?: (report: ChainReport) => void;
};

/**
 * Verifies the chain of one stream or of all: nothing changed, missing, added or moved between a stream's first commit
 * and its last, and every event of the form that its schema asks. Names the first bad seq of each stream that is not so,
 * in the order of the streams.
 *
 * Reads page by page and keeps one page and the findings in memory. A chain alone cannot show that its newest commits
 * were cut off; seals do.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function verifyChain(options: VerifyChainOptions): Promise<ChainReport> {
  const { stream } = options;
  const tally = newTally();
  if (stream !== undefined) {
    add(tally, await verifyStream(options, requireStreamName(stream)));
    return tally;
  }
  for await (const walk of walkPages(scanPages(options), options)) {
    // A scan is no snapshot and promises no order, so only a query of the stream itself makes a finding.
    add(tally, walk.finding === undefined ? walk : await verifyStream(options, walk.position.stream));
    options.seen?.(tally);
  }
  return together([tally]);
}

function verifyStream(options: VerifyChainOptions, stream: StreamName): Promise<Walk> {
  const pages = queryPages(options.client, {
    TableName: options.table,
    ConsistentRead: true,
    KeyConditionExpression: '#stream = :stream',
    ExpressionAttributeNames: { '#stream': 'stream' },
    ExpressionAttributeValues: { ':stream': { S: stream } },
  });
  return walkStream(stream, pages, options);
}
