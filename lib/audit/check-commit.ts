import { z } from 'zod';
import { type ChainPosition, type StoredCommit, verifyContinuation } from '../history/chain.ts';
import { decodeEvents } from '../history/decode.ts';
import type { Commit } from '../history/event-store.ts';
import { EVENT_SCHEMAS, type Event } from '../history/events.ts';
import { endsOf, indexSortKey } from '../history/index-key.ts';
import { commitOf, type Item } from '../history/item.ts';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { type ByteRange, byteRangeOf } from './byte-range.ts';
import type { Finding } from './finding.ts';

export type CheckedCommit =
  | { readonly sound: true; readonly commit: Commit }
  | { readonly sound: false; readonly finding: Finding };

/**
 * Holds a stored item against the chain it should continue, every event in it against its schema, and what the item
 * says to the index against the events. Pure.
 */
export function checkCommit(after: ChainPosition, item: Item): CheckedCommit {
  const stored = commitOf(item);
  if (stored === undefined) return unsound(after, 'an attribute is missing or of another form');
  const checked = checkStored(after, stored);
  if (!checked.sound) return checked;
  const problem = indexProblem(checked.commit, item);
  return problem === undefined ? checked : unsound(after, problem);
}

/** As `checkCommit`, for a commit that was kept elsewhere than in the table. Pure. */
export function checkStored(after: ChainPosition, stored: StoredCommit): CheckedCommit {
  const discontinuity = verifyContinuation(after, stored);
  if (discontinuity !== undefined) return unsound(after, discontinuity.problem);
  const events = readEvents(stored);
  if (typeof events === 'string') return unsound(after, events);
  for (const [index, event] of events.entries()) {
    const problem = schemaProblem(event);
    if (problem !== undefined) return unsound(after, problem, byteRangeOf(stored.body, index));
  }
  return { sound: true, commit: { ...stored, events } };
}

function unsound(after: ChainPosition, problem: string, bytes?: ByteRange): CheckedCommit {
  const finding = { stream: after.stream, seq: after.seq + 1, problem };
  return { sound: false, finding: bytes === undefined ? finding : { ...finding, bytes } };
}

/** The events, or what is wrong with them. */
function readEvents(stored: Omit<Commit, 'events'>): readonly Event[] | string {
  try {
    return decodeEvents(stored);
  } catch (thrown) {
    if (thrown instanceof NoneventError) return thrown.message;
    throw thrown;
  }
}

function schemaProblem(event: Event): string | undefined {
  const parsed = parsedData(event);
  if (parsed === undefined) return `event ${event.type} is nested too deep to be one of ours`;
  if (parsed.success) return undefined;
  return `event ${event.type} does not fit its schema: ${messageOf(z.prettifyError(parsed.error))}`;
}

/** `undefined` for data so deep that it cannot be looked at: what is written never is. */
function parsedData(event: Event): ReturnType<z.ZodType['safeParse']> | undefined {
  try {
    return EVENT_SCHEMAS[event.type].safeParse(event.data);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** What is said to the index is not hashed, but follows from the events: a deployment could be hidden or made up in it. */
function indexProblem(commit: Commit, item: Item): string | undefined {
  const [kind, another] = endsOf(commit.stream, commit.events);
  if (another !== undefined) return 'it opens and concludes its deployment at once';
  const expected = kind === undefined ? 'no entry' : `${kind} ${indexSortKey(commit)}`;
  const found =
    item.ix === undefined && item.ixAt === undefined ? 'no entry' : `${item.ix?.S} ${item.ixAt?.S}`;
  return found === expected ? undefined : `expected ${expected} in the index, found ${found}`;
}
