import type { DeploymentId } from '../history/deployment-id.ts';
import type { RevisionRef } from '../history/environment-events.ts';
import type { Commit, StreamName } from '../history/event-store.ts';
import type { EnvironmentEvent, EventData } from '../history/events.ts';
import type { FlagValue } from '../pipeline/flag-value.ts';
import { type ByName, nothingByName, withNamed, withoutNamed } from './by-name.ts';
import { afterSchemaChange, type SchemaStates } from './schema.ts';

/** The right to change an environment. The fence grows with each lease, so a holder that wakes up late is told apart. */
export type Lease = { readonly deployment: DeploymentId; readonly pipeline: string; readonly fence: number };

/** A deployment that waits for the lease. */
export type Waiting = EventData<'LeaseRequested'>;

export type LivePair = {
  readonly live: RevisionRef;
  /** The revision that was live before and is kept warm. */
  readonly knownGood: RevisionRef | null;
  /** Present once the known-good one was stopped because its window was over; it would be placed again first. */
  readonly cooled?: true;
};

/** A feature flag that is set, and who set it. */
export type Flag = Omit<EventData<'FlagChanged'>, 'flag' | 'value' | 'late'> & { readonly value: FlagValue };

/** An environment as of a commit of its stream. */
export type Environment = {
  readonly lease: Lease | undefined;
  /** The fence of the newest lease, held or not; 0 before the first. */
  readonly fence: number;
  /** Who waits for the lease, first come first. */
  readonly queue: readonly Waiting[];
  /** What is live, by pipeline. */
  readonly live: ByName<LivePair>;
  /** The flags that are set, by name. */
  readonly flags: ByName<Flag>;
  /** The schemas that were migrated, by name. */
  readonly schemas: SchemaStates;
};

export function environmentStream(name: string): StreamName {
  return `environment#${name}`;
}

/** Folds the commits of an environment's stream. Pure. */
export function foldEnvironment(commits: readonly Pick<Commit, 'events'>[]): Environment {
  return commits
    .flatMap((commit) => commit.events as readonly EnvironmentEvent[])
    .reduce(evolve, {
      lease: undefined,
      fence: 0,
      queue: [],
      live: nothingByName(),
      flags: nothingByName(),
      schemas: nothingByName(),
    });
}

/** Whether a deployment of a pipeline has ever gone live, also where another one has since. Pure. */
export function hasGoneLive(
  commits: readonly Pick<Commit, 'events'>[],
  pipeline: string,
  deployment: DeploymentId,
): boolean {
  return timesLive(commits, pipeline, deployment) > 0;
}

/** How often a deployment of a pipeline has gone live: once by itself, and each time that a rollback returned to it. Pure. */
export function timesLive(
  commits: readonly Pick<Commit, 'events'>[],
  pipeline: string,
  deployment: DeploymentId,
): number {
  return commits
    .flatMap((commit) => commit.events)
    .filter(
      ({ type, data }) =>
        type === 'LiveChanged' && data.pipeline === pipeline && data.live.deployment === deployment,
    ).length;
}

/** The revision as it was when it was last live for a pipeline; `undefined` when it never was. */
export function revisionAsLastLive(
  commits: readonly Pick<Commit, 'events'>[],
  pipeline: string,
  revision: string,
): RevisionRef | undefined {
  return commits
    .flatMap((commit) => commit.events)
    .flatMap((event) =>
      event.type === 'LiveChanged' && event.data.pipeline === pipeline ? [event.data.live] : [],
    )
    .findLast((live) => live.revision === revision);
}

/** Whether a deployment has had the lease of this environment and has it no more. Pure. */
export function hasReleased(commits: readonly Pick<Commit, 'events'>[], deployment: DeploymentId): boolean {
  return commits.some(({ events }) =>
    events.some(
      ({ type, data }) =>
        (type === 'LeaseReleased' || type === 'LeaseFreed') && data.deployment === deployment,
    ),
  );
}

/** How a deployment left the queue for the lease of this environment; `undefined` where it never did. Pure. */
export function departureOf(
  commits: readonly Pick<Commit, 'events'>[],
  deployment: DeploymentId,
): EventData<'LeaseQueueLeft'> | undefined {
  return commits
    .flatMap(({ events }) => events)
    .flatMap((event) =>
      event.type === 'LeaseQueueLeft' && event.data.deployment === deployment ? [event.data] : [],
    )
    .at(-1);
}

function evolve(environment: Environment, event: EnvironmentEvent): Environment {
  switch (event.type) {
    case 'LeaseRequested':
      return { ...environment, queue: [...environment.queue, event.data] };
    case 'LeaseQueueLeft':
      return { ...environment, queue: without(environment.queue, event.data.deployment) };
    case 'LeaseAcquired': {
      const { deployment, pipeline, fence } = event.data;
      const queue = without(environment.queue, deployment);
      return { ...environment, lease: { deployment, pipeline, fence }, fence, queue };
    }
    case 'LeaseFreed':
    case 'LeaseReleased':
      return environment.lease?.fence === event.data.fence
        ? { ...environment, lease: undefined }
        : environment;
    case 'LiveChanged': {
      const { pipeline, live, knownGood } = event.data;
      return { ...environment, live: withNamed(environment.live, pipeline, { live, knownGood }) };
    }
    case 'RevisionCooled': {
      const { pipeline, revision } = event.data;
      const pair = environment.live[pipeline];
      if (pair?.knownGood?.revision !== revision) return environment;
      return { ...environment, live: withNamed(environment.live, pipeline, { ...pair, cooled: true }) };
    }
    case 'SchemaChanged':
      return { ...environment, schemas: afterSchemaChange(environment.schemas, event.data) };
    case 'FlagChanged': {
      const { flag, value, late, ...by } = event.data;
      if (late !== undefined) return environment;
      const others = withoutNamed(environment.flags, flag);
      return { ...environment, flags: value === null ? others : withNamed(others, flag, { value, ...by }) };
    }
    default:
      return event satisfies never;
  }
}

function without(queue: readonly Waiting[], deployment: DeploymentId): readonly Waiting[] {
  return queue.filter((waiting) => waiting.deployment !== deployment);
}
