import type { RevisionRef } from '../history/environment-events.ts';
import type { Commit, EventStore } from '../history/event-store.ts';
import { type EnvironmentEvent, event } from '../history/events.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { Digest } from '../pipeline/release.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import { hasGoneLive } from './environment.ts';
import { numbered } from './settings.ts';

/** With which settings a revision went live, and for how many seconds the one before it keeps running. */
export type LiveTerms = { readonly settings?: Digest | undefined; readonly warm?: number | undefined };

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
  terms: LiveTerms = {},
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
      ...(wasLive ? [] : [goneLive(commits, pipeline, placed, before, terms)]),
      event('LeaseReleased', { deployment, fence: lease.fence }),
    ];
  });
}

function goneLive(
  commits: readonly Commit[],
  pipeline: string,
  placed: RevisionRef,
  before: RevisionRef | undefined,
  { settings, warm }: LiveTerms,
) {
  return event('LiveChanged', {
    pipeline,
    live: {
      ...placed,
      ...(settings === undefined ? {} : { settings: numbered(commits, pipeline, settings) }),
    },
    knownGood: before ?? null,
    ...(warm === undefined || before === undefined ? {} : { warm }),
  });
}
