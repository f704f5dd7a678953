import { concludeInEnvironment, type LiveTerms } from '../../environments/conclude-in-environment.ts';
import { environmentStream, foldEnvironment, type LivePair } from '../../environments/environment.ts';
import { releaseLease } from '../../environments/lease.ts';
import { settingsDigest } from '../../environments/settings.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { messageOf } from '../../nonevent-error.ts';
import { changesOf } from '../../pipeline/steps.ts';
import { revisionOf } from '../revision.ts';
import type { Services } from './services.ts';

/** Tells each environment what a deployment that succeeded made live there, and gives its lease back. Convergent. */
export async function settleEnvironments(services: Services, view: DeploymentView): Promise<void> {
  const placed = {
    revision: revisionOf(view).revision,
    deployment: view.deployment,
    release: view.release,
    artifact: view.artifact,
    ...(view.pipeline.schemas === undefined ? {} : { schemas: view.pipeline.schemas }),
  };
  for (const { environment, isPlaced } of environmentsOf(view)) {
    if (isPlaced) await retire(services, view, environment, (pair) => [placed.revision, pair?.live.revision]);
    await concludeInEnvironment(
      services.store,
      environment,
      view.pipeline.pipeline,
      view.deployment,
      isPlaced ? placed : undefined,
      termsOf(view, environment),
    );
  }
}

function termsOf({ pipeline }: DeploymentView, environment: string): LiveTerms {
  const definition = pipeline.environments[environment];
  return definition === undefined ? {} : { settings: settingsDigest(definition), warm: definition.warm };
}

/**
 * Gives back the leases that a rollback had taken before it was refused, and removes what it had placed for nothing; what is live
 * and known-good stays. Convergent.
 */
export async function leaveEnvironments(services: Services, view: DeploymentView): Promise<void> {
  for (const { environment, isPlaced } of environmentsOf(view)) {
    if (isPlaced) await retireWhereItCan(services, view, environment);
    await releaseLease(services.store, environment, view.deployment);
  }
}

/** The target may be the very reason of the refusal; the lease is given back all the same. */
async function retireWhereItCan(
  services: Services,
  view: DeploymentView,
  environment: string,
): Promise<void> {
  try {
    await retire(services, view, environment, (pair) => [pair?.live.revision, pair?.knownGood?.revision]);
  } catch (thrown) {
    services.log(`what ${view.deployment} had placed in ${environment} is left: ${messageOf(thrown)}`);
  }
}

/** Removes every revision that is not kept. */
async function retire(
  services: Services,
  view: DeploymentView,
  environment: string,
  keptOf: (pair: LivePair | undefined) => readonly (string | undefined)[],
): Promise<void> {
  const { pipeline, environments } = view.pipeline;
  const definition = environments[environment];
  if (definition === undefined) throw new Error(`pipeline ${pipeline} has no environment ${environment}`);
  const { commits } = await services.store.load(environmentStream(environment));
  const { lease, live } = foldEnvironment(commits);
  // Without the lease this was done before a crash, and the revisions there may be those of whoever came after.
  if (lease?.deployment !== view.deployment) return;
  const kept = new Set(keptOf(live[pipeline]));
  const target = await services.targets.target(environment, pipeline, definition, view.deployment);
  const { revisions, weights } = await target.state();
  for (const { revision, held } of revisions) {
    const isUsed = (weights[revision] ?? 0) > 0 || held !== undefined;
    if (!kept.has(revision) && !isUsed) await target.remove(revision);
  }
}

function environmentsOf({
  pipeline,
}: DeploymentView): readonly { readonly environment: string; readonly isPlaced: boolean }[] {
  const changes = changesOf(pipeline);
  return changes.flatMap((change) => {
    if (change.kind !== 'acquire') return [];
    const { environment } = change;
    const isPlaced = changes.some((other) => other.kind === 'place' && other.environment === environment);
    return [{ environment, isPlaced }];
  });
}
