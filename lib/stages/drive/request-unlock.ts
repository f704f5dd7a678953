import { z } from 'zod';
import { type FreeResult, freeLease } from '../../environments/free-lease.ts';
import { deploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { name } from '../../pipeline/names.ts';

/** What "Unlock Requested" asks for: to free the lease that a deployment took to its end. */
export const unlockRequest = z.strictObject({
  environment: name,
  deployment: deploymentId.describe('The holder.'),
  fence: z.int().min(1).describe('Tells this lease from a later one of the same environment.'),
  actor: z.string().min(1).max(200),
  reason: z.string().min(1).max(4000).describe('Why it is safe: the person vouches for what is true there.'),
});
export type UnlockRequest = z.output<typeof unlockRequest>;

/**
 * Frees the lease of an environment whose holder has ended, as one that is stuck has. Convergent, however late it is delivered
 * again.
 *
 * Errors: those of the store; the event is then delivered again.
 */
export async function requestUnlock(
  store: EventStore,
  { environment, ...freed }: UnlockRequest,
): Promise<FreeResult> {
  return freeLease(store, environment, freed);
}
