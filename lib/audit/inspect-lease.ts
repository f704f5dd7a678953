import type { Lease } from '../environments/environment.ts';
import type { EnvironmentEvent, EventData } from '../history/events.ts';

/** Who may change an environment, and who waits to. */
export type LeaseState = {
  readonly lease: Lease | undefined;
  /** The fence of the newest lease; 0 before the first. */
  readonly fence: number;
  /** The deployments that wait, first come first. */
  readonly queue: readonly string[];
  /** The deployments that had the lease and have it no more. */
  readonly past: Set<string>;
};

/** Nobody has had the lease yet. */
export function noLease(): LeaseState {
  return { lease: undefined, fence: 0, queue: [], past: new Set() };
}

export type LeaseEvent = Extract<EnvironmentEvent, { readonly type: `Lease${string}` }>;

/** Whether an event is about the lease. */
export function isLeaseEvent(event: EnvironmentEvent): event is LeaseEvent {
  return event.type.startsWith('Lease');
}

/**
 * What is wrong with an event of the lease: one holder at a time, a fence that grows by one with each lease, released by whoever
 * holds it, taken in the order of the queue and once by each deployment. `undefined` where nothing is. Pure.
 */
export function leaseIllegality(
  { lease, fence, queue, past }: LeaseState,
  event: LeaseEvent,
): string | undefined {
  switch (event.type) {
    case 'LeaseRequested':
      return secondPlace(lease, queue, event.data);
    case 'LeaseQueueLeft':
      if (queue.includes(event.data.deployment)) return undefined;
      return `deployment ${event.data.deployment} leaves the queue, in which it does not wait`;
    case 'LeaseAcquired':
      if (lease !== undefined)
        return `deployment ${event.data.deployment} acquires the lease that ${lease.deployment} holds`;
      if (event.data.fence !== fence + 1) return `it has fence ${event.data.fence}, expected ${fence + 1}`;
      if (past.has(event.data.deployment))
        return `deployment ${event.data.deployment} acquires the lease that it had before and gave back`;
      return outOfTurn(queue, event.data);
    case 'LeaseFreed':
    case 'LeaseReleased':
      if (lease?.deployment === event.data.deployment && lease.fence === event.data.fence) return undefined;
      return `deployment ${event.data.deployment} ${event.type === 'LeaseFreed' ? 'is freed of' : 'releases'} fence ${event.data.fence}, but ${heldInWords(lease)}`;
    default:
      return event satisfies never;
  }
}

/** The lease and its queue after an event. `past` grows in place: a copy at each release would make a long history slow. */
export function afterLeaseEvent(state: LeaseState, event: LeaseEvent): LeaseState {
  const queue = state.queue.filter((waiting) => waiting !== event.data.deployment);
  switch (event.type) {
    case 'LeaseRequested':
      return { ...state, queue: [...state.queue, event.data.deployment] };
    case 'LeaseQueueLeft':
      return { ...state, queue };
    case 'LeaseAcquired':
      return { ...state, lease: event.data, fence: event.data.fence, queue };
    case 'LeaseFreed':
    case 'LeaseReleased':
      state.past.add(event.data.deployment);
      return { ...state, lease: undefined };
    default:
      return event satisfies never;
  }
}

/** `nobody holds the lease`, or who does. Pure. */
export function heldInWords(lease: Lease | undefined): string {
  return lease === undefined
    ? 'nobody holds the lease'
    : `deployment ${lease.deployment} of ${lease.pipeline} holds the lease with fence ${lease.fence}`;
}

function secondPlace(
  lease: Lease | undefined,
  queue: readonly string[],
  { deployment }: EventData<'LeaseRequested'>,
): string | undefined {
  if (lease?.deployment === deployment) return `deployment ${deployment} asks for the lease that it holds`;
  return queue.includes(deployment)
    ? `deployment ${deployment} asks for the lease that it waits for already`
    : undefined;
}

function outOfTurn(
  [first]: readonly string[],
  { deployment, ahead }: EventData<'LeaseAcquired'>,
): string | undefined {
  return first === undefined || first === deployment || ahead === true
    ? undefined
    : `deployment ${deployment} acquires the lease before ${first}, which asked first`;
}
