import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Commit } from './event-store.ts';

/** The first field of every hashed commit: another layout would be another tag. */
const COMMIT_TAG = '17:nonevent/commit/1,';

/** What the first commit of a stream continues. */
export const GENESIS = '0'.repeat(64);

/** A commit as it is stored: its events are the text that is hashed. */
export type StoredCommit = Omit<Commit, 'events'>;

/** Where a chain stands: the place and hash of its newest commit; seq 0 and GENESIS before the first. */
export type ChainPosition = Pick<Commit, 'stream' | 'seq' | 'hash'>;

/**
 * The hash of a commit, 64 hexadecimal digits, over netstrings of a tag and its fields. The layout is written down in
 * docs/history-format.md.
 */
export function hashCommit(commit: Omit<StoredCommit, 'hash'>): string {
  const { stream, at, commit: id, prev, body } = commit;
  const seq = String(commit.seq);
  // All fields but the body are ASCII, which item.ts and stream-name.ts see to, so their length is their size in bytes.
  const fields = `${stream.length}:${stream},${seq.length}:${seq},${at.length}:${at},${id.length}:${id},${prev.length}:${prev},`;
  return hash('sha256', `${COMMIT_TAG}${fields}${Buffer.byteLength(body)}:${body},`);
}

/** Why a commit does not continue a chain, with the first seq that is bad. */
export type Discontinuity = { readonly seq: number; readonly problem: string };

/**
 * Holds a commit against the chain it should continue: the same stream, the next seq, the link to the hash before,
 * and its own hash over every field. Gives `undefined` where all of that is so.
 */
export function verifyContinuation(after: ChainPosition, commit: StoredCommit): Discontinuity | undefined {
  const seq = after.seq + 1;
  if (commit.stream !== after.stream)
    return { seq, problem: `expected a commit of ${after.stream}, found one of ${commit.stream}` };
  if (commit.seq !== seq) return { seq, problem: `expected seq ${seq}, found seq ${commit.seq}` };
  if (commit.prev !== after.hash)
    return { seq, problem: `expected a link to ${after.hash}, found a link to ${commit.prev}` };
  const hash = hashCommit(commit);
  if (commit.hash !== hash)
    return { seq, problem: `its content hashes to ${hash}, but its recorded hash is ${commit.hash}` };
  return undefined;
}

/** The position of a stream that has no commits yet. */
export function beginningOf(stream: Commit['stream']): ChainPosition {
  return { stream, seq: 0, hash: GENESIS };
}
