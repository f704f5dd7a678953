import { requireLease } from '../../environments/lease.ts';
import type { EventStore } from '../../history/event-store.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import type { ChangeStage } from '../../pipeline/stage.ts';
import { changesOf } from '../../pipeline/steps.ts';

/**
 * Makes sure that a change is made, or undone, under the lease of its environment. Between this look and the effect lies no work
 * but the effect's own; a target cannot be fenced, so that much remains.
 *
 * Errors: `Conflict` when the deployment no longer holds the lease; those of the store.
 */
export async function requireLeaseFor(
  store: Pick<EventStore, 'load'>,
  view: DeploymentView,
  stage: ChangeStage,
): Promise<void> {
  const { environment } = stage;
  if (stage.kind === 'acquire' || environment === undefined) return;
  const isLeased = changesOf(view.pipeline).some(
    (change) => change.kind === 'acquire' && change.environment === environment,
  );
  if (isLeased) await requireLease(store, environment, view.deployment);
}
