import type { RevisionRef } from '../history/environment-events.ts';
import type { EventStore } from '../history/event-store.ts';
import { type EnvironmentEvent, event } from '../history/events.ts';
import { NoneventError } from '../nonevent-error.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import { hasGoneLive } from './environment.ts';

/**
 * Records, in one commit, what a deployment that succeeded made live and that its lease is over. What was live before
 * becomes the known-good one. Repeating it changes nothing, however late.
 *
 * Errors: `Conflict` when the deployment no longer holds the lease and never went live.
 */
export async function concludeInEnvironment(
  store: EventStore,
  environment: string,
  pipeline: string,
  deployment: RevisionRef['deployment'],
  placed: RevisionRef | undefined,
): Promise<void> {
  await decideOnEnvironment(store, environment, (now, commits): readonly EnvironmentEvent[] => {
    const before = now.live[pipeline]?.live;
    const wasLive = placed === undefined || hasGoneLive(commits, pipeline, deployment);
    const lease = now.lease?.deployment === deployment ? now.lease : undefined;
    if (lease === undefined) {
      if (wasLive) return [];
      throw new NoneventError(
        'Conflict',
        `deployment ${deployment} no longer holds the lease of environment ${environment}`,
        {
          fields: { environment, deployment, fence: now.fence },
          hint: `see \`nonevent history --environment ${environment}\``,
        },
      );
    }
    return [
      ...(wasLive ? [] : [event('LiveChanged', { pipeline, live: placed, knownGood: before ?? null })]),
      event('LeaseReleased', { deployment, fence: lease.fence }),
    ];
  });
}
