import { messageOf, NoneventError } from '../nonevent-error.ts';
import type { StoredCommit } from './chain.ts';
import { EVENT_SCHEMAS, type Event, type EventType } from './events.ts';
import { historyCorrupt } from './history-corrupt.ts';
import { currentVersion, UPCASTERS, type Upcasters, upcast } from './upcasters.ts';

/** Gives the events of a commit, in the current version of their types. */
export type Decode = (commit: Pick<StoredCommit, 'stream' | 'seq' | 'body'>) => readonly Event[];

/**
 * Makes a decoder for a set of upcasters.
 *
 * A decoder checks the frame of every event: a known type and a version that is not from the future. It does not hold
 * the data against the schema again: `encodeEvents` did so before the hash was made, and a commit is decoded after its
 * hash was checked. `audit verify` does hold every event against its schema.
 *
 * Errors: `UnknownEvent` with type, version, stream and seq; `HistoryCorrupt` for a body that is no list of events.
 */
export function createDecoder(upcasters: Upcasters): Decode {
  const versions = new Map<string, number>(
    (Object.keys(EVENT_SCHEMAS) as EventType[]).map((type) => [type, currentVersion(type, upcasters)]),
  );
  return (commit) => {
    const events = parseBody(commit);
    // In place: the array came from JSON.parse a line ago and nobody else holds it.
    for (let index = 0; index < events.length; index++) {
      const { type, v, data } = frameOf(events[index], commit);
      const current = versions.get(type);
      if (current === undefined || v > current) throw unknownEvent(type, v, current, commit);
      if (v < current)
        events[index] = { type, v: current, data: upcast(type as EventType, v, data, upcasters) };
    }
    return events as readonly Event[];
  };
}

/** The decoder for every version that was ever released. */
export const decodeEvents: Decode = createDecoder(UPCASTERS);

type Place = Pick<StoredCommit, 'stream' | 'seq'>;
type Frame = { readonly type: string; readonly v: number; readonly data: unknown };

function parseBody(commit: Pick<StoredCommit, 'stream' | 'seq' | 'body'>): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(commit.body);
  } catch (cause) {
    throw historyCorrupt(commit.stream, commit.seq, `its body is not JSON: ${messageOf(cause)}`, cause);
  }
  if (!Array.isArray(parsed) || parsed.length === 0)
    throw historyCorrupt(commit.stream, commit.seq, 'its body is not a list of events');
  return parsed;
}

function frameOf(event: unknown, place: Place): Frame {
  const { type, v, data } = (event ?? {}) as Partial<Frame>;
  const framed = typeof type === 'string' && Number.isInteger(v) && Number(v) >= 1;
  if (framed && typeof data === 'object' && data !== null) return event as Frame;
  throw historyCorrupt(
    place.stream,
    place.seq,
    'it holds something that is not an event of type, v and data',
  );
}

function unknownEvent(type: string, v: number, known: number | undefined, place: Place): NoneventError {
  const expected =
    known === undefined
      ? 'this version of Nonevent has no such type'
      : `the newest known version is ${known}`;
  return new NoneventError(
    'UnknownEvent',
    `commit ${place.seq} of ${place.stream} holds ${type} version ${v}: ${expected}`,
    {
      fields: { type, version: v, stream: place.stream, seq: place.seq },
      hint: 'a newer version of Nonevent wrote this: use that version or a later one',
    },
  );
}
