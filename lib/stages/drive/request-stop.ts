import { z } from 'zod';
import { deploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import { OUTCOMES, outcomeConcludedAt } from '../../lifecycle/leaves.ts';
import { decideAndAppend, openSession } from './session.ts';

/** What "Stop Requested" asks for. */
export const stopRequest = z.strictObject({
  deployment: deploymentId,
  actor: z.string().min(1).max(200),
  reason: z.string().max(4000).default('none given'),
});
export type StopRequest = z.output<typeof stopRequest>;

/** `too late`: the deployment has ended, or only its end is still to be recorded, so there is nothing left to stop. */
export type StopResult = 'requested' | 'already requested' | 'too late';

/**
 * Records that a deployment is to stop. The running stage then fails with `stopped`, and what was changed is undone.
 * Asking again changes nothing, and neither does asking too late.
 *
 * Errors: `NotFound`, and those of the store.
 */
export async function requestStop(store: EventStore, request: StopRequest): Promise<StopResult> {
  let result: StopResult = 'requested';
  await decideAndAppend(store, await openSession(store, request.deployment), ({ view, state }) => {
    result =
      view.stop !== undefined && view.outcome === undefined
        ? 'already requested'
        : state.some(isOver)
          ? 'too late'
          : 'requested';
    return result === 'requested'
      ? [event('StopRequested', { actor: request.actor, reason: request.reason })]
      : [];
  });
  return result;
}

/** Whether a leaf is an end, or where an end is recorded. */
function isOver(leaf: string): boolean {
  return outcomeConcludedAt(leaf) !== undefined || OUTCOMES.some((outcome) => outcome === leaf);
}
