import type { Environment, Lease } from '../environments/environment.ts';
import { afterSchemaChange, type SchemaStates } from '../environments/schema.ts';
import { environmentEvents } from '../history/environment-events.ts';
import type { EnvironmentEvent, Event, EventData } from '../history/events.ts';
import { findingAt } from './inspect-deployment.ts';
import { schemaIllegality } from './inspect-schema.ts';
import type { Inspector } from './inspector.ts';

/**
 * Holds an environment's history against the rules of its lease: one holder at a time, a fence that grows by one with
 * each lease, released by whoever holds it, taken in the order of the queue, and nothing made live or
 * migrated without it.
 */
export function inspectEnvironment(): Inspector {
  let lease: Lease | undefined;
  let fence = 0;
  let queue: readonly string[] = [];
  let schemas: SchemaStates = {};
  let live: Environment['live'] = {};
  return {
    commit(commit) {
      for (const [index, event] of commit.events.entries()) {
        const problem = isOfEnvironment(event)
          ? illegality({ lease, fence, queue, schemas, live }, event)
          : `${event.type} is no event of an environment`;
        if (problem !== undefined) return findingAt(commit, index, problem);
        if (!isOfEnvironment(event)) continue;
        queue = queueAfter(queue, event);
        if (event.type === 'LeaseAcquired') ({ fence } = event.data);
        lease = leaseAfter(lease, event);
        if (event.type === 'LiveChanged') {
          const { pipeline, ...pair } = event.data;
          live = { ...live, [pipeline]: pair };
        }
        if (event.type === 'SchemaChanged') schemas = afterSchemaChange(schemas, event.data);
      }
      return undefined;
    },
    end: () => undefined,
  };
}

function isOfEnvironment(event: Event): event is EnvironmentEvent {
  return Object.hasOwn(environmentEvents, event.type);
}

function queueAfter(queue: readonly string[], { type, data }: EnvironmentEvent): readonly string[] {
  if (type === 'LeaseRequested') return [...queue, data.deployment];
  if (type !== 'LeaseQueueLeft' && type !== 'LeaseAcquired') return queue;
  return queue.filter((waiting) => waiting !== data.deployment);
}

function leaseAfter(lease: Lease | undefined, { type, data }: EnvironmentEvent): Lease | undefined {
  if (type === 'LeaseAcquired') return data;
  return type === 'LeaseReleased' || type === 'LeaseFreed' ? undefined : lease;
}

function illegality(
  {
    lease,
    fence,
    queue,
    schemas,
    live,
  }: Pick<Environment, 'lease' | 'fence' | 'schemas' | 'live'> & { readonly queue: readonly string[] },
  event: EnvironmentEvent,
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
      return outOfTurn(queue, event.data);
    case 'LeaseFreed':
    case 'LeaseReleased':
      if (lease?.deployment !== event.data.deployment || lease.fence !== event.data.fence)
        return `deployment ${event.data.deployment} ${event.type === 'LeaseFreed' ? 'is freed of' : 'releases'} fence ${event.data.fence}, but ${held(lease)}`;
      return undefined;
    case 'LiveChanged':
      if (lease !== undefined && lease.pipeline === event.data.pipeline) return undefined;
      return `${event.data.live.revision} of ${event.data.pipeline} becomes live, but ${held(lease)}`;
    case 'RevisionCooled':
      return cooledWrongly(lease, live, event.data);
    case 'SchemaChanged':
      return schemaIllegality(schemas, event.data) ?? unleased(lease, event.data);
    case 'FlagChanged':
      // A person may change a flag at any time, and a deployment takes its own back.
      return undefined;
    default:
      return event satisfies never;
  }
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

/** Only what is kept behind something live is stopped, and while nobody changes the environment. */
function cooledWrongly(
  lease: Lease | undefined,
  live: Environment['live'],
  { pipeline, revision }: EventData<'RevisionCooled'>,
): string | undefined {
  if (lease !== undefined) return `${revision} of ${pipeline} is stopped, but ${held(lease)}`;
  const pair = live[pipeline];
  if (pair?.live.revision === revision) return `${revision} of ${pipeline} is stopped, but it is live`;
  return pair?.knownGood?.revision === revision
    ? undefined
    : `${revision} of ${pipeline} is stopped, but it is not the known-good one`;
}

function unleased(
  lease: Lease | undefined,
  { schema, deployment, by = deployment }: EventData<'SchemaChanged'>,
): string | undefined {
  return lease?.deployment === by
    ? undefined
    : `deployment ${by} changes schema ${schema}, but ${held(lease)}`;
}

function held(lease: Lease | undefined): string {
  return lease === undefined
    ? 'nobody holds the lease'
    : `deployment ${lease.deployment} of ${lease.pipeline} holds the lease with fence ${lease.fence}`;
}
