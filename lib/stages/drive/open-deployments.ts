import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';

/** Times of different machines differ by less; an index is behind its table by less, too. */
const MARGIN_MILLISECONDS = 86_400_000;

const EVERY_ENTRY = Number.MAX_SAFE_INTEGER;

/** Before this time every deployment was seen to have ended, and what has ended stays so. */
const settledBefore = new WeakMap<EventStore, string>();

/**
 * Ids of all deployments that have been opened and not concluded, oldest first. The first look of a process reads both indexes
 * whole; later ones read back to a day before the oldest deployment that was open then. One that has just ended may be among them.
 */
export async function openDeployments(store: EventStore): Promise<readonly DeploymentId[]> {
  const since = settledBefore.get(store);
  const [opened, concluded] = await Promise.all([
    store.list('opened', EVERY_ENTRY, since),
    store.list('concluded', EVERY_ENTRY, since),
  ]);
  const ended = new Set(concluded.map((entry) => entry.stream));
  const open = opened.filter((entry) => !ended.has(entry.stream));
  const oldestToWatch = open.at(-1) ?? opened[0];
  if (oldestToWatch !== undefined)
    settledBefore.set(store, new Date(Date.parse(oldestToWatch.at) - MARGIN_MILLISECONDS).toISOString());
  return open.map(({ stream }) => stream.slice('deployment#'.length) as DeploymentId).reverse();
}
