import type { Commit } from '../../history/event-store.ts';
import type { Event } from '../../history/events.ts';

/** An event with its place in the history, as `history -o jsonl` gives it. */
export type EventRecord = {
  readonly stream: string;
  readonly seq: number;
  readonly at: string;
  readonly type: Event['type'];
  readonly v: number;
  readonly data: Event['data'];
  readonly commit: string;
  readonly prev: string;
  readonly hash: string;
};

/** The events of a commit, each with the place that they share. Pure. */
export function eventRecords({
  stream,
  seq,
  at,
  commit,
  prev,
  hash,
  events,
}: Commit): readonly EventRecord[] {
  return events.map(({ type, v, data }) => ({ stream, seq, at, type, v, data, commit, prev, hash }));
}
