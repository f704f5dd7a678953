import type { DeploymentId } from './deployment-id.ts';
import type { Event } from './events.ts';

/** `deployment#<id>`, `environment#<name>`, `pipeline#<name>` or `seal#<n>`. */
export type StreamName = `${'deployment' | 'environment' | 'pipeline' | 'seal'}#${string}`;

/** The events that one decision wrote, with their place in the stream's hash chain. */
export type Commit = {
  readonly stream: StreamName;
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** ISO-8601 UTC. Information only: order is by `seq`. */
  readonly at: string;
  /** A unique id of the append that wrote this. */
  readonly commit: string;
  /** The hash of the commit before; 64 zeros for the first. */
  readonly prev: string;
  readonly hash: string;
  /** The JSON text of the events: exactly the bytes that are hashed. */
  readonly body: string;
  readonly events: readonly Event[];
};

declare const opaque: unique symbol;
/** Where a stream ends. Comes from `load` or `append` only, so a gap cannot be written. */
export type Head = {
  readonly [opaque]: 'Head';
  readonly stream: StreamName;
  readonly seq: number;
  readonly hash: string;
};

export type Stream = { readonly head: Head; readonly commits: readonly Commit[] };

export type AppendResult =
  | { readonly outcome: 'appended'; readonly head: Head; readonly commit: Commit }
  /** Somebody else wrote this seq first: load again and decide again. */
  | { readonly outcome: 'conflict' };

/** One line of the sparse index: a deployment's opening or concluding commit. */
export type IndexEntry = { readonly stream: StreamName; readonly seq: number; readonly at: string };

/**
 * Where histories are kept. Every implementation passes test/contract/event-store.ts.
 *
 * Errors: `StoreUnavailable` (outage, after bounded retries), `CommitTooLarge` (before anything is written),
 * `HistoryCorrupt` (a gap, a broken chain or an unreadable event, with stream and seq).
 */
export type EventStore = {
  /** All commits of a stream, strongly consistent; an empty stream has head 0. */
  load(stream: StreamName): Promise<Stream>;
  /** The commits after a head that is already known, strongly consistent, verified to continue its chain. */
  loadAfter(head: Head): Promise<Stream>;
  /**
   * Writes one commit after `head`. Acknowledged means durable. A lost answer is found to be our own success.
   * After `StoreUnavailable` the commit may or may not be there: load again and decide again.
   */
  append(head: Head, events: readonly Event[]): Promise<AppendResult>;
  /**
   * The newest `limit` opening or concluding commits, newest first; with `since` none from before that time. Costs the same however
   * many there are.
   */
  list(which: 'opened' | 'concluded', limit: number, since?: string): Promise<readonly IndexEntry[]>;
  /**
   * Deployments whose id begins with `prefix`, at most two: enough to know it is ambiguous. Strongly consistent for a
   * whole id; a shorter prefix may miss a deployment that was opened a moment ago.
   */
  find(prefix: string): Promise<readonly DeploymentId[]>;
};
