import { ENTER_ROLLBACK } from './leaves.ts';
import type { DeploymentView } from './view.ts';

/** Whether the deployment ended because another one held the lease of an environment. */
export function isLeaseHeld({ failure, stages }: Pick<DeploymentView, 'failure' | 'stages'>): boolean {
  if (failure?.mode !== 'rejected') return false;
  if (failure.stage === ENTER_ROLLBACK) return namesHolder(failure.evidence);
  return stages.find((candidate) => candidate.name === failure.stage)?.kind === 'acquire';
}

/** A rollback may be refused for other reasons; only this one has somebody to wait for. */
function namesHolder(evidence: unknown): boolean {
  return typeof evidence === 'object' && evidence !== null && 'holder' in evidence;
}
