import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { readOverview } from '../../environments/overview.ts';
import { revisionBefore } from '../../environments/readiness.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { Commit, EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { name } from '../../pipeline/names.ts';
import { findDeploymentToChange } from './deployment-to-change.ts';

/** What a rollback would take back, and what it would return to, in one environment. */
export type LivePlace = {
  readonly environment: string;
  readonly pipeline: string;
  readonly live: RevisionRef;
  /** `undefined` where nothing was live before. */
  readonly before: RevisionRef | undefined;
  /** Whether what is live was returned to by a rollback. */
  readonly isReturned: boolean;
};

/** How many of the newest deployments are looked at for environments, where none is named. */
const NEWEST = 20;

/**
 * The deployment that somebody means to roll back: what is live in the named environment, the deployment with an id, or, where
 * nothing is named, what is live where only one thing is. `pipeline` decides where several pipelines share an environment.
 *
 * Errors: `NotFound` where nothing is live; `InvalidInput` where several are, naming them; those of `findDeploymentToChange`.
 */
export async function findRollbackSubject(
  store: EventStore,
  written: string | undefined,
  pipeline: string | undefined,
): Promise<DeploymentId> {
  if (written === undefined) {
    const { environments } = await readOverview(store, NEWEST);
    return onlyOne(await placesIn(store, Object.keys(environments)), pipeline, 'anywhere');
  }
  if (name.safeParse(written).success) {
    const { head } = await store.load(environmentStream(written));
    if (head.seq > 0) return onlyOne(await placesIn(store, [written]), pipeline, `in ${written}`);
  }
  return findDeploymentToChange(store, written);
}

/** Where a deployment is live. */
export async function placesOf(store: EventStore, deployment: DeploymentId): Promise<readonly LivePlace[]> {
  const { view } = replay((await store.load(deploymentStream(deployment))).commits);
  const places = await placesIn(store, Object.keys(view.pipeline.environments));
  return places.filter(({ live }) => live.deployment === deployment);
}

async function placesIn(store: EventStore, environments: readonly string[]): Promise<readonly LivePlace[]> {
  const places = await Promise.all(
    environments.map(async (environment) => {
      const { commits } = await store.load(environmentStream(environment));
      return Object.entries(foldEnvironment(commits).live).map(([pipeline, { live }]) => ({
        environment,
        pipeline,
        live,
        before: revisionBefore(commits, pipeline, live),
        isReturned: wasReturned(commits, pipeline, live),
      }));
    }),
  );
  return places.flat();
}

function onlyOne(places: readonly LivePlace[], pipeline: string | undefined, where: string): DeploymentId {
  const ours = places.filter((place) => place.pipeline === pipeline);
  const candidates = ours.length === 0 ? places : ours;
  const [first] = candidates;
  if (first === undefined) {
    throw new NoneventError('NotFound', `nothing is live ${where}, so there is nothing to roll back`, {
      hint: 'see what there is with `nonevent status`',
    });
  }
  if (candidates.every(({ live }) => live.deployment === first.live.deployment)) return first.live.deployment;
  const named = candidates.map(
    (place) => `${place.pipeline} ${place.live.release.version} in ${place.environment}`,
  );
  throw new NoneventError('InvalidInput', `several deployments are live ${where}: ${named.join(', ')}`, {
    hint: 'name the environment, or the id of the deployment, as in `nonevent rollback production`',
  });
}

/** The newest change of what is live went back to something that had been live before. */
function wasReturned(commits: readonly Commit[], pipeline: string, live: RevisionRef): boolean {
  const changes = commits
    .flatMap(({ events }) => events)
    .flatMap((event) =>
      event.type === 'LiveChanged' && event.data.pipeline === pipeline ? [event.data] : [],
    );
  return changes.slice(0, -1).some((change) => change.live.deployment === live.deployment);
}
