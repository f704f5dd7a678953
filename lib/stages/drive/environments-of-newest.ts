import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { newestDeployments } from '../../history/find-deployment.ts';
import { deploymentStream } from '../../history/stream-name.ts';

/** How many of the newest deployments are asked for their environments. Most pipelines share theirs, so few name all that live. */
const NEWEST = 20;

/** The environments that the newest deployments name, and those of `also`. Errors: those of the store. */
export async function environmentsOfNewest(
  store: EventStore,
  also: readonly DeploymentId[] = [],
): Promise<readonly string[]> {
  const deployments = new Set([...also, ...(await newestDeployments(store, NEWEST))]);
  const environments = new Set<string>();
  for (const deployment of deployments) {
    const { commits } = await store.load(deploymentStream(deployment));
    const opening = commits[0]?.events[0];
    if (opening?.type !== 'DeploymentRequested') continue;
    for (const name of Object.keys(opening.data.pipeline.environments)) environments.add(name);
  }
  return [...environments];
}
