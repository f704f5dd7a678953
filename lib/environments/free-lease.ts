import type { EventStore } from '../history/event-store.ts';
import { type EventData, event } from '../history/events.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import { standingOfHolder } from './remove-ended.ts';

export type FreeResult = 'freed' | 'already free' | 'still running';

/**
 * Takes a lease from a deployment that has ended with it, for a person who vouches for what is true in the environment. The lease is
 * named by its fence, so that a request that comes late or again takes it from nobody else. What is live stays as it is recorded.
 *
 * Errors: those of the store.
 */
export async function freeLease(
  store: EventStore,
  environment: string,
  freed: EventData<'LeaseFreed'>,
): Promise<FreeResult> {
  let result: FreeResult = 'freed';
  await decideOnEnvironment(store, environment, async ({ lease }) => {
    result = 'already free';
    if (lease?.fence !== freed.fence || lease.deployment !== freed.deployment) return [];
    result = 'still running';
    if ((await standingOfHolder(store, freed.deployment)) === 'open') return [];
    result = 'freed';
    return [event('LeaseFreed', freed)];
  });
  return result;
}
