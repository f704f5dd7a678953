import { z } from 'zod';
import { deploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import { decideAndAppend, openSession } from './session.ts';

/** What "Stop Requested" asks for. */
export const stopRequest = z.strictObject({
  deployment: deploymentId,
  actor: z.string().min(1).max(200),
  reason: z.string().max(4000).default('none given'),
});
export type StopRequest = z.output<typeof stopRequest>;

export type StopResult = 'requested' | 'already requested' | 'already ended';

/**
 * Records that a deployment is to stop. The running stage then fails with `stopped`, and what was changed is undone.
 * Asking again, or asking a deployment that has ended, changes nothing.
 *
 * Errors: `NotFound`, and those of the store.
 */
export async function requestStop(store: EventStore, request: StopRequest): Promise<StopResult> {
  let result: StopResult = 'requested';
  await decideAndAppend(store, await openSession(store, request.deployment), ({ view }) => {
    result =
      view.outcome !== undefined
        ? 'already ended'
        : view.stop !== undefined
          ? 'already requested'
          : 'requested';
    return result === 'requested'
      ? [event('StopRequested', { actor: request.actor, reason: request.reason })]
      : [];
  });
  return result;
}
