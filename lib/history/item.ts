import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { StoredCommit } from './chain.ts';
import type { IndexEntry, StreamName } from './event-store.ts';
import { type IndexKind, indexSortKey } from './index-key.ts';

/** An item of the table, as DynamoDB's wire protocol writes it. */
export type Item = Record<string, AttributeValue>;

const text = z.object({ S: z.string() });
const ascii = z.object({ S: z.string().regex(/^[\x20-\x7e]{1,200}$/) });
const itemSchema = z.object({
  stream: ascii,
  seq: z.object({ N: z.string().regex(/^[1-9]\d{0,14}$/) }),
  at: ascii,
  commit: ascii,
  prev: ascii,
  hash: ascii,
  body: text,
});

/** The item that keeps a commit. */
export function itemOf(commit: StoredCommit, index: IndexKind | undefined): Item {
  return {
    stream: { S: commit.stream },
    seq: { N: String(commit.seq) },
    at: { S: commit.at },
    commit: { S: commit.commit },
    prev: { S: commit.prev },
    hash: { S: commit.hash },
    body: { S: commit.body },
    ...(index === undefined ? {} : { ix: { S: index }, ixAt: { S: indexSortKey(commit) } }),
  };
}

/** The commit that an item keeps, not yet verified; `undefined` where an attribute is missing or of another form. */
export function commitOf(item: Item): StoredCommit | undefined {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { stream, seq, at, commit, prev, hash, body } = parsed.data;
  return {
    stream: stream.S as StreamName,
    seq: Number(seq.N),
    at: at.S,
    commit: commit.S,
    prev: prev.S,
    hash: hash.S,
    body: body.S,
  };
}

const indexItemSchema = z.object({ stream: text, seq: itemSchema.shape.seq, ixAt: text });

/** The entry that an item of an index stands for. */
export function indexEntryOf(item: Item): IndexEntry | undefined {
  const parsed = indexItemSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { stream, seq, ixAt } = parsed.data;
  return {
    stream: stream.S as StreamName,
    seq: Number(seq.N),
    at: ixAt.S.slice(0, ixAt.S.indexOf('#')),
  };
}
