import type { DeploymentId } from '../history/deployment-id.ts';
import type { RevisionRef } from '../history/environment-events.ts';
import type { EventStore } from '../history/event-store.ts';
import { type EnvironmentEvent, event } from '../history/events.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';

/**
 * Records, in one commit, that what a deployment had made live is taken back and that the lease of its rollback is over.
 * `returned` is live again; nothing is kept behind it. Repeating it changes nothing.
 *
 * Returns whether the lease was still held.
 */
export async function revertInEnvironment(
  store: EventStore,
  environment: string,
  pipeline: string,
  rollback: DeploymentId,
  returned: RevisionRef | undefined,
): Promise<boolean> {
  let held = false;
  await decideOnEnvironment(store, environment, (now): readonly EnvironmentEvent[] => {
    const lease = now.lease?.deployment === rollback ? now.lease : undefined;
    if (lease === undefined) return [];
    held = true;
    return [
      ...(returned === undefined
        ? []
        : [event('LiveChanged', { pipeline, live: returned, knownGood: null })]),
      event('LeaseReleased', { deployment: rollback, fence: lease.fence }),
    ];
  });
  return held;
}
