import { z } from 'zod';
import { type ChainPosition, verifyContinuation } from '../history/chain.ts';
import { decodeEvents } from '../history/decode.ts';
import type { Commit } from '../history/event-store.ts';
import { EVENT_SCHEMAS, type Event } from '../history/events.ts';
import { endsOf, indexSortKey } from '../history/index-key.ts';
import { commitOf, type Item } from '../history/item.ts';
import { messageOf, NoneventError } from '../nonevent-error.ts';

/** The first place in a stream that cannot be what was written, and why. */
export type ChainFinding = { readonly stream: string; readonly seq: number; readonly problem: string };

export type CheckedCommit =
  | { readonly sound: true; readonly commit: Commit }
  | { readonly sound: false; readonly finding: ChainFinding };

/**
 * Holds a stored item against the chain it should continue, every event in it against its schema, and what the item
 * says to the index against the events. Pure.
 */
export function checkCommit(after: ChainPosition, item: Item): CheckedCommit {
  const unsound = (problem: string, seq = after.seq + 1): CheckedCommit => ({
    sound: false,
    finding: { stream: after.stream, seq, problem },
  });
  const stored = commitOf(item);
  if (stored === undefined) return unsound('an attribute is missing or of another form');
  const discontinuity = verifyContinuation(after, stored);
  if (discontinuity !== undefined) return unsound(discontinuity.problem, discontinuity.seq);
  const events = readEvents(stored);
  if (typeof events === 'string') return unsound(events);
  const commit: Commit = { ...stored, events };
  const problem =
    events.map(schemaProblem).find((found) => found !== undefined) ?? indexProblem(commit, item);
  return problem === undefined ? { sound: true, commit } : unsound(problem);
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
  const parsed = EVENT_SCHEMAS[event.type].safeParse(event.data);
  if (parsed.success) return undefined;
  return `event ${event.type} does not fit its schema: ${messageOf(z.prettifyError(parsed.error))}`;
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
