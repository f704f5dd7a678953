import type { Environment, Lease } from '../environments/environment.ts';
import { environmentEvents } from '../history/environment-events.ts';
import type { EnvironmentEvent, Event } from '../history/events.ts';
import { findingAt } from './inspect-deployment.ts';
import type { Inspector } from './inspector.ts';

/**
 * Holds an environment's history against the rules of its lease: one holder at a time, a fence that grows by one with
 * each lease, released by whoever holds it, and nothing made live without it.
 */
export function inspectEnvironment(): Inspector {
  let lease: Lease | undefined;
  let fence = 0;
  return {
    commit(commit) {
      for (const [index, event] of commit.events.entries()) {
        const problem = isOfEnvironment(event)
          ? illegality({ lease, fence }, event)
          : `${event.type} is no event of an environment`;
        if (problem !== undefined) return findingAt(commit, index, problem);
        if (event.type === 'LeaseAcquired' || event.type === 'LeaseReleased') {
          lease = event.type === 'LeaseAcquired' ? event.data : undefined;
          fence = event.data.fence;
        }
      }
      return undefined;
    },
    end: () => undefined,
  };
}

function isOfEnvironment(event: Event): event is EnvironmentEvent {
  return Object.hasOwn(environmentEvents, event.type);
}

function illegality(
  { lease, fence }: Pick<Environment, 'lease' | 'fence'>,
  event: EnvironmentEvent,
): string | undefined {
  switch (event.type) {
    case 'LeaseAcquired':
      if (lease !== undefined)
        return `deployment ${event.data.deployment} acquires the lease that ${lease.deployment} holds`;
      if (event.data.fence !== fence + 1) return `it has fence ${event.data.fence}, expected ${fence + 1}`;
      return undefined;
    case 'LeaseReleased':
      if (lease?.deployment !== event.data.deployment || lease.fence !== event.data.fence)
        return `deployment ${event.data.deployment} releases fence ${event.data.fence}, but ${held(lease)}`;
      return undefined;
    case 'LiveChanged':
      if (lease !== undefined && lease.pipeline === event.data.pipeline) return undefined;
      return `${event.data.live.revision} of ${event.data.pipeline} becomes live, but ${held(lease)}`;
    case 'FlagChanged':
      // A person may change a flag at any time, and a deployment takes its own back.
      return undefined;
    default:
      return event satisfies never;
  }
}

function held(lease: Lease | undefined): string {
  return lease === undefined
    ? 'nobody holds the lease'
    : `deployment ${lease.deployment} of ${lease.pipeline} holds the lease with fence ${lease.fence}`;
}
