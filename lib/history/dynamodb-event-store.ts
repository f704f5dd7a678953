import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { NoneventError } from '../nonevent-error.ts';
import {
  beginningOf,
  type ChainPosition,
  hashCommit,
  type StoredCommit,
  verifyContinuation,
} from './chain.ts';
import { decodeEvents } from './decode.ts';
import { findDeployments, listIndex } from './dynamodb-index.ts';
import { encodeEvents } from './encode.ts';
import type { AppendResult, Commit, EventStore, Head, Stream, StreamName } from './event-store.ts';
import type { Event } from './events.ts';
import { issueHead, requireIssued } from './head.ts';
import { historyCorrupt } from './history-corrupt.ts';
import { type IndexKind, indexKindOf } from './index-key.ts';
import { commitOf, type Item, itemOf } from './item.ts';
import { queryPages } from './query-pages.ts';
import { storeUnavailable } from './store-unavailable.ts';
import { requireStreamName } from './stream-name.ts';

/**
 * The largest body of a commit, in bytes of UTF-8. DynamoDB's limit is 400 KB for an item with all its attributes, so
 * what is not body has 50 KB, of which it needs less than one.
 */
export const MAX_BODY_BYTES = 350 * 1024;

/** What an event store on DynamoDB needs. */
export type DynamoDBEventStoreOptions = {
  /** Its retry configuration bounds how long a call may take: see CLIENT_CONFIG. */
  readonly client: DynamoDBClient;
  /** A table of the form that `tableDefinition` gives. */
  readonly table: string;
  /** Milliseconds since 1970. @default the machine's clock */
  readonly now?: () => number;
  /** A new unique id of ASCII characters for each append, at most 200. @default a random UUID */
  readonly newCommitId?: () => string;
};

/**
 * An event store on a DynamoDB table: one item per commit.
 *
 * An append is one conditional PutItem and reads nothing. A load reads every page, strongly consistent, and gives
 * commits only after their whole chain was verified.
 */
export function createDynamoDBEventStore(options: DynamoDBEventStoreOptions): EventStore {
  const { client, table, now = Date.now, newCommitId = randomUUID } = options;

  async function load(stream: StreamName): Promise<Stream> {
    return loadFrom(beginningOf(requireStreamName(stream)));
  }

  async function loadAfter(head: Head): Promise<Stream> {
    requireIssued(head);
    return loadFrom(head);
  }

  async function loadFrom(beginning: ChainPosition): Promise<Stream> {
    const pages = queryPages(client, {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#stream = :stream AND #seq > :seq',
      ExpressionAttributeNames: { '#stream': 'stream', '#seq': 'seq' },
      ExpressionAttributeValues: { ':stream': { S: beginning.stream }, ':seq': { N: String(beginning.seq) } },
    });
    const commits: Commit[] = [];
    let position = beginning;
    for await (const items of pages) {
      for (const item of items) {
        const commit = verified(position, item);
        commits.push(commit);
        position = commit;
      }
    }
    return { head: issueHead(position), commits };
  }

  async function append(head: Head, events: readonly Event[]): Promise<AppendResult> {
    requireIssued(head);
    const index = indexKindOf(head.stream, events);
    const unhashed = {
      stream: head.stream,
      seq: head.seq + 1,
      at: new Date(now()).toISOString(),
      commit: requireCommitId(newCommitId()),
      prev: head.hash,
      body: encodeEvents(events),
    };
    requireFitting(unhashed);
    const stored: StoredCommit = { ...unhashed, hash: hashCommit(unhashed) };
    if ((await put(stored, index)) === 'conflict') return { outcome: 'conflict' };
    const commit = { ...stored, events: decodeEvents(stored) };
    return { outcome: 'appended', head: issueHead(commit), commit };
  }

  async function put(commit: StoredCommit, index: IndexKind | undefined): Promise<'appended' | 'conflict'> {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: itemOf(commit, index),
          ConditionExpression: 'attribute_not_exists(#stream)',
          ExpressionAttributeNames: { '#stream': 'stream' },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return 'appended';
    } catch (cause) {
      if (!(cause instanceof ConditionalCheckFailedException))
        throw storeUnavailable('append to a history', table, cause);
      // The SDK repeats a put whose answer was lost, and the repeat fails on what the first try wrote.
      const winner = cause.Item?.commit?.S ?? (await commitIdAt(commit));
      return winner === commit.commit ? 'appended' : 'conflict';
    }
  }

  /** For endpoints that do not return the item on a failed condition. A query, so that no GetItem need be allowed. */
  async function commitIdAt({ stream, seq }: StoredCommit): Promise<string | undefined> {
    const pages = queryPages(client, {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#stream = :stream AND #seq = :seq',
      ProjectionExpression: '#commit',
      ExpressionAttributeNames: { '#stream': 'stream', '#seq': 'seq', '#commit': 'commit' },
      ExpressionAttributeValues: { ':stream': { S: stream }, ':seq': { N: String(seq) } },
    });
    for await (const [item] of pages) return item?.commit?.S;
    return undefined;
  }

  return {
    load,
    loadAfter,
    append,
    list: (which, limit, since) => listIndex(client, table, which, limit, since),
    find: (prefix) => findDeployments(client, table, prefix),
  };
}

function verified(position: ChainPosition, item: Item): Commit {
  const commit = commitOf(item);
  if (commit === undefined)
    throw historyCorrupt(position.stream, position.seq + 1, 'an attribute is missing or of another form');
  const discontinuity = verifyContinuation(position, commit);
  if (discontinuity !== undefined)
    throw historyCorrupt(position.stream, discontinuity.seq, discontinuity.problem);
  return { ...commit, events: decodeEvents(commit) };
}

/** What is not printable ASCII could be written, but not read again. */
function requireCommitId(id: string): string {
  if (/^[!-~]{1,200}$/.test(id)) return id;
  throw new TypeError(
    `invalid commit id ${JSON.stringify(id)}: expected 1 to 200 printable ASCII characters`,
  );
}

function requireFitting({ stream, seq, body }: Pick<StoredCommit, 'stream' | 'seq' | 'body'>): void {
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_BODY_BYTES) return;
  throw new NoneventError(
    'CommitTooLarge',
    `a commit of ${bytes} bytes is too large for ${stream}: expected at most ${MAX_BODY_BYTES} bytes`,
    {
      fields: { stream, seq, bytes, limit: MAX_BODY_BYTES },
      hint: 'record a digest and a link in place of large evidence',
    },
  );
}
