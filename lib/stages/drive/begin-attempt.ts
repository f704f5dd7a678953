import type { EventStore } from '../../history/event-store.ts';
import type { Decision } from '../../lifecycle/decide.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { isUnchanged } from '../../lifecycle/standing.ts';
import type { StageView } from '../../lifecycle/view.ts';
import { decideAndAppend, type Session } from './session.ts';

/** A session after an attempt was to begin, and whether the attempt that is open now was begun here. */
export type Begun = { readonly session: Session; readonly isOurs: boolean };

/**
 * Begins an attempt, unless the stage has changed since it was seen: then another executor was faster, the attempt is its own, and
 * its work is not done twice.
 */
export async function beginAttempt(
  store: EventStore,
  session: Session,
  seen: StageView,
  decide: (deployment: Deployment) => Decision,
): Promise<Begun> {
  let isOurs = false;
  const begun = await decideAndAppend(store, session, (deployment) => {
    // Asked again after each lost race, so the last answer is the one that was appended.
    isOurs = isUnchanged(deployment, seen);
    return isOurs ? decide(deployment) : [];
  });
  return { session: begun, isOurs };
}
