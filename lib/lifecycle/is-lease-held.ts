import type { DeploymentView } from './view.ts';

/** Whether the deployment ended because another one held the lease of an environment. */
export function isLeaseHeld(view: DeploymentView): boolean {
  const stage = view.stages.find((candidate) => candidate.name === view.failure?.stage);
  return stage?.kind === 'acquire' && view.failure?.mode === 'rejected';
}
