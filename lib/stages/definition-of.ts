import type { RevisionRef } from '../history/environment-events.ts';
import type { EventStore } from '../history/event-store.ts';
import { deploymentStream } from '../history/stream-name.ts';
import type { EnvironmentDefinition } from '../pipeline/environment.ts';

/**
 * The definition that a revision was placed with in an environment: that of its own deployment, as its history pins it. `undefined`
 * where that history is gone or has no such environment.
 *
 * Errors: those of the store.
 */
export async function definitionOf(
  store: Pick<EventStore, 'load'>,
  { deployment }: Pick<RevisionRef, 'deployment'>,
  environment: string,
): Promise<EnvironmentDefinition | undefined> {
  const { commits } = await store.load(deploymentStream(deployment));
  const opening = commits[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested') return undefined;
  return opening.data.pipeline.environments[environment];
}

/**
 * How a revision starts as one definition says, where users reach it as another one does: so a revision of older settings can be
 * placed while users are served under newer ones. Pure.
 */
export function placedWith(
  own: EnvironmentDefinition,
  serving: EnvironmentDefinition,
): EnvironmentDefinition {
  if (own.target.kind !== 'process' || serving.target.kind !== 'process') return own;
  const { port, drain } = serving.target;
  return { ...own, target: { ...own.target, port, drain } };
}
