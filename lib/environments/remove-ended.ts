import type { DeploymentId } from '../history/deployment-id.ts';
import type { EventStore } from '../history/event-store.ts';
import { type EnvironmentEvent, event } from '../history/events.ts';
import { endsOf } from '../history/index-key.ts';
import { deploymentStream } from '../history/stream-name.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import type { Environment } from './environment.ts';

/** How a deployment that an environment names stands: `unknown` has no history at all. */
export type HolderStanding = 'open' | 'ended' | 'stuck' | 'unknown';

/** How a deployment stands, by its own history. Once it has ended it stays so: a closed history is never written on. */
export async function standingOfHolder(
  store: Pick<EventStore, 'load'>,
  deployment: DeploymentId,
): Promise<HolderStanding> {
  const { head, commits } = await store.load(deploymentStream(deployment));
  if (commits.length === 0) return 'unknown';
  const last = commits.find(({ events }) => endsOf(head.stream, events).includes('concluded'));
  if (last === undefined) return 'open';
  return last.events.some(({ type }) => type === 'DeploymentStuck') ? 'stuck' : 'ended';
}

/** Who keeps the next one from the lease: its holder, or else the first of those who wait. Pure. */
export function inTheWay({ lease, queue }: Environment): readonly DeploymentId[] {
  const first = lease ?? queue[0];
  return first === undefined ? [] : [first.deployment];
}

/** The holder of the lease and all who wait for it. Pure. */
export function everybody({ lease, queue }: Environment): readonly DeploymentId[] {
  return [...(lease === undefined ? [] : [lease]), ...queue].map(({ deployment }) => deployment);
}

/**
 * Takes lease and places in the queue from deployments that have ended, or that never were: an executor that woke up late took
 * them for nobody. The lease of a deployment that is stuck stays, as only a person knows what is true there. Convergent.
 *
 * Returns whether anything was taken. Errors: those of the store.
 */
export async function removeEnded(
  store: EventStore,
  environment: string,
  of: (now: Environment) => readonly DeploymentId[] = everybody,
): Promise<boolean> {
  let removed = false;
  await decideOnEnvironment(store, environment, async (now) => {
    const events: EnvironmentEvent[] = [];
    for (const deployment of of(now)) {
      const standing = await standingOfHolder(store, deployment);
      if (standing === 'open') continue;
      if (now.lease?.deployment !== deployment)
        events.push(event('LeaseQueueLeft', { deployment, because: 'ended' }));
      else if (standing !== 'stuck')
        events.push(event('LeaseReleased', { deployment, fence: now.lease.fence }));
    }
    removed = events.length > 0;
    return events;
  });
  return removed;
}
