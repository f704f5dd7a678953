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

/**
 * Which of a deployment's ends a commit is, if any: only these few are in the index.
 *
 * Errors: `TypeError` for a commit that is both, as it could only be listed once.
 */
export function indexKindOf(stream: StreamName, events: readonly Event[]): IndexKind | undefined {
  if (!stream.startsWith('deployment#')) return undefined;
  const opens = events[0]?.type === 'DeploymentRequested';
  const concludes = events.some((event) => ENDINGS.has(event.type));
  if (opens && concludes)
    throw new TypeError(`a commit that opens and concludes ${stream}: expected two commits`);
  if (opens) return 'opened';
  return concludes ? 'concluded' : undefined;
}

/** The sort key of an index entry: newest last, and unique. */
export function indexSortKey(commit: Pick<StoredCommit, 'stream' | 'seq' | 'at'>): string {
  return `${commit.at}#${commit.stream}#${commit.seq}`;
}
