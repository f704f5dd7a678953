import type { DeploymentView } from '../lifecycle/view.ts';
import type { Revision } from '../targets/target.ts';

/**
 * What a deployment places: the release's current artifact, under a name that no other deployment has on the target. A rollback
 * speaks of the revision of the deployment that it undoes.
 */
export function revisionOf(
  view: Pick<DeploymentView, 'deployment' | 'of' | 'kind' | 'release' | 'artifact'>,
): Revision {
  const deployment = view.kind === 'rollback' ? (view.of ?? view.deployment) : view.deployment;
  return {
    revision: `${view.release.version}-${deployment.slice(0, 8)}`,
    deployment,
    artifact: view.artifact,
  };
}
