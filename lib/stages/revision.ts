import type { DeploymentView } from '../lifecycle/view.ts';
import type { Revision } from '../targets/target.ts';

/** What a deployment places: the release's current artifact, under a name that no other deployment has on the target. */
export function revisionOf(view: Pick<DeploymentView, 'deployment' | 'release' | 'artifact'>): Revision {
  return {
    revision: `${view.release.version}-${view.deployment.slice(0, 8)}`,
    deployment: view.deployment,
    artifact: view.artifact,
  };
}
