import { ENTER_ROLLBACK } from './leaves.ts';
import type { DeploymentView } from './view.ts';

/** Whether the deployment ended because another one held the lease of an environment. */
export function isLeaseHeld({ failure, stages }: Pick<DeploymentView, 'failure' | 'stages'>): boolean {
  if (failure?.mode !== 'rejected') return false;
  if (failure.stage === ENTER_ROLLBACK) return names(failure.evidence, 'holder');
  if (names(failure.evidence, 'obstacle')) return false;
  return stages.find((candidate) => candidate.name === failure.stage)?.kind === 'acquire';
}

/** There are other reasons to refuse; only a lease that is held has somebody to wait for. */
function names(evidence: unknown, fact: 'holder' | 'obstacle'): boolean {
  return typeof evidence === 'object' && evidence !== null && fact in evidence;
}
