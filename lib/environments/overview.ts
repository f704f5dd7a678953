import type { EventStore } from '../history/event-store.ts';
import { newestDeployments } from '../history/find-deployment.ts';
import { deploymentStream } from '../history/stream-name.ts';
import type { Deployment } from '../lifecycle/deployment.ts';
import { replay } from '../lifecycle/replay.ts';
import { type Environment, environmentStream, foldEnvironment } from './environment.ts';

/** What is live where, and the newest deployments, newest first. */
export type Overview = {
  readonly environments: Readonly<Record<string, Environment>>;
  readonly deployments: readonly Deployment[];
};

/** Reads the newest deployments and the environments that they name. Costs the same however many there are. */
export async function readOverview(
  store: Pick<EventStore, 'list' | 'load'>,
  newest: number,
): Promise<Overview> {
  const ids = await newestDeployments(store, newest);
  const deployments = await Promise.all(
    ids.map(async (id) => replay((await store.load(deploymentStream(id))).commits)),
  );
  const names = new Set(deployments.flatMap(({ view }) => Object.keys(view.pipeline.environments)));
  const environments = await Promise.all(
    [...names].map(async (name) => {
      const { commits } = await store.load(environmentStream(name));
      return [name, foldEnvironment(commits)] as const;
    }),
  );
  return { deployments, environments: Object.fromEntries(environments) };
}
