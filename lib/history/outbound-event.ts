import { Buffer } from 'node:buffer';
import type { StoredCommit } from './chain.ts';
import { decodeEvents } from './decode.ts';
import { digestOf } from './digests.ts';
import type { Event, EventType } from './events.ts';

/** An event of a history as it is told to whoever listens. Stream, seq and index name it: told twice, it is the same one. */
export type OutboundEvent = {
  readonly type: EventType;
  readonly detail: {
    readonly stream: string;
    readonly seq: number;
    /** The event's place in its commit, from 0. */
    readonly index: number;
    readonly at: string;
    /** What the stream is the history of, by the kind of the stream. */
    readonly deployment?: string;
    readonly environment?: string;
    readonly pipeline?: string;
    readonly seal?: string;
    /** The version of the data. */
    readonly v: number;
    readonly data: unknown;
    /** Which parts of the data were too large to be told; each stands there as its digest and its length. */
    readonly cut?: readonly string[];
  };
};

/** Everything that is told comes from this source. */
export const OUTBOUND_SOURCE = 'nonevent';

/** The longest detail in bytes. EventBridge takes 256 KB for an entry, and Lambda 256 KB for the whole event around it. */
export const DETAIL_BYTES_AT_MOST = 240_000;

/**
 * The events of a stored commit, in their order. A detail that would be too long has its largest parts cut: first evidence, then
 * what was captured, then the definition; where that is not enough, all of its data. Pure.
 *
 * Errors: `UnknownEvent` and `HistoryCorrupt`, those of decoding.
 */
export function outboundEvents(
  commit: Pick<StoredCommit, 'stream' | 'seq' | 'at' | 'body'>,
): readonly OutboundEvent[] {
  return decodeEvents(commit).map((event, index) => {
    const whole = { ...frameOf(commit, event, index), data: event.data };
    return { type: event.type, detail: bounded(whole) };
  });
}

type Detail = OutboundEvent['detail'];

function frameOf(
  { stream, seq, at }: Pick<StoredCommit, 'stream' | 'seq' | 'at'>,
  { v }: Event,
  index: number,
): Omit<Detail, 'data' | 'cut'> {
  const [kind = '', ...name] = stream.split('#');
  return { stream, seq, index, at, [kind]: name.join('#'), v };
}

/** Where the large parts of events are, those first that a listener misses least. */
const CUT_FIRST: readonly (readonly string[])[] = [
  ['evidence'],
  ['failure', 'evidence'],
  ['capture'],
  ['captures'],
  ['pipeline'],
  ['changed'],
];

function bounded(whole: Detail): Detail {
  let detail = whole;
  for (const path of CUT_FIRST) {
    if (bytesOf(detail) <= DETAIL_BYTES_AT_MOST) return detail;
    const data = replaced(detail.data, path);
    if (data !== undefined) detail = { ...detail, data, cut: [...(detail.cut ?? []), path.join('.')] };
  }
  if (bytesOf(detail) <= DETAIL_BYTES_AT_MOST) return detail;
  return { ...whole, data: cutOf(whole.data), cut: ['*'] };
}

/** A copy with one part cut; `undefined` where there is no such part. */
function replaced(value: unknown, [name = '', ...rest]: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  if (!Object.hasOwn(members, name)) return undefined;
  const part = rest.length === 0 ? cutOf(members[name]) : replaced(members[name], rest);
  return part === undefined ? undefined : { ...members, [name]: part };
}

/** The digest is that of the value's canonical text, so what a listener reads in the history can be held against it. */
function cutOf(value: unknown): { readonly digest: string; readonly bytes: number } {
  return { digest: digestOf(value), bytes: bytesOf(value) };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
