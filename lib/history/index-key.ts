import type { StoredCommit } from './chain.ts';
import type { StreamName } from './event-store.ts';
import type { Event, EventType } from './events.ts';

/** Which end of a deployment's history a commit is. */
export type IndexKind = 'opened' | 'concluded';

const ENDINGS: ReadonlySet<EventType> = new Set([
  'DeploymentSucceeded',
  'DeploymentFailed',
  'DeploymentRolledBack',
  'DeploymentStuck',
] as const);

/** Which ends of a deployment's history a commit is: none for most, and for all other streams. */
export function endsOf(stream: StreamName, events: readonly Event[]): readonly IndexKind[] {
  if (!stream.startsWith('deployment#')) return [];
  const ends: IndexKind[] = [];
  if (events[0]?.type === 'DeploymentRequested') ends.push('opened');
  if (events.some((event) => ENDINGS.has(event.type))) ends.push('concluded');
  return ends;
}

/**
 * The index that a commit belongs in, if any.
 *
 * Errors: `TypeError` for a commit that is both ends of a deployment, as it could be listed only once.
 */
export function indexKindOf(stream: StreamName, events: readonly Event[]): IndexKind | undefined {
  const [kind, another] = endsOf(stream, events);
  if (another === undefined) return kind;
  throw new TypeError(`a commit that opens and concludes ${stream}: expected two commits`);
}

/** The sort key of an index entry: newest last, and unique. */
export function indexSortKey(commit: Pick<StoredCommit, 'stream' | 'seq' | 'at'>): string {
  return `${commit.at}#${commit.stream}#${commit.seq}`;
}
