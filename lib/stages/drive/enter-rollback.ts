import { setTimeout as pause } from 'node:timers/promises';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { event } from '../../history/events.ts';
import type { Failure } from '../../history/failure.ts';
import { type Cause, opening } from '../../lifecycle/decide.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { ENTER_ROLLBACK } from '../../lifecycle/leaves.ts';
import { ENTER_SECONDS } from '../../lifecycle/work.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { attempt } from './attempt.ts';
import { DriveError } from './drive-error.ts';
import { type Prepared, prepareReturn } from './prepare-return.ts';
import { ROLLBACK_EXPECTATION, refusalOf } from './rollback-refusal.ts';
import type { Services } from './services.ts';
import { decideAndAppend, openSession, type Session } from './session.ts';

/**
 * Makes sure, before a rollback changes anything, that it can be done: the deployment it undoes is what is live, the leases are
 * free, and the revisions that get the traffic back are running; one that is no longer warm is placed again. Convergent.
 *
 * Errors: `DriveError` `StageRefused`, once the history holds why; those of the store.
 */
export async function enterRollback(
  services: Services,
  task: { readonly deployment: DeploymentId },
): Promise<void> {
  const opened = await openSession(services.store, task.deployment);
  const session = await decideAndAppend(services.store, opened, (deployment) =>
    opening(deployment, 'rollback'),
  );
  if (!isEntering(session.deployment)) return refuseIfRefused(session);
  const { stop } = session.deployment.view;
  const answer: Answer =
    stop === undefined ? await prepare(services, session) : { refusal: refusalOf(STOPPED) };
  const entered = await decideAndAppend(services.store, session, (deployment) => {
    if (!isEntering(deployment)) return [];
    if ('refusal' in answer) return [event('RollbackRefused', { failure: answer.refusal })];
    // A stop that came while it was being prepared: nothing was changed yet, so it is honoured.
    if (deployment.view.stop !== undefined)
      return [event('RollbackRefused', { failure: refusalOf(STOPPED) })];
    return [event('RollbackAdmitted', { environments: [...answer.prepared] })];
  });
  return refuseIfRefused(entered);
}

type Answer = { readonly prepared: readonly Prepared[] } | { readonly refusal: Failure };

const STOPPED: Cause = {
  mode: 'stopped',
  expected: ROLLBACK_EXPECTATION,
  observed: 'the rollback was asked to stop before it had begun',
};

async function prepare(services: Services, session: Session): Promise<Answer> {
  const limit = { seconds: ENTER_SECONDS, expected: ROLLBACK_EXPECTATION };
  const prepared = await attempt<Answer>(services, session, limit, (signal) =>
    patiently(services, signal, async () => {
      try {
        return { prepared: await prepareReturn(services, session.deployment.view, signal) };
      } catch (thrown) {
        // What contradicts the rollback is an answer; everything else may be different the next time.
        if (thrown instanceof NoneventError && thrown.code === 'Conflict') return refusedBy(thrown);
        throw thrown;
      }
    }),
  );
  return prepared.ok ? prepared.value : { refusal: refusalOf(prepared.cause) };
}

function refusedBy(conflict: NoneventError): Answer {
  const cause: Cause = {
    mode: 'rejected',
    expected: ROLLBACK_EXPECTATION,
    observed: messageOf(conflict),
    evidence: { ...conflict.fields },
  };
  return { refusal: refusalOf(cause, conflict.hint) };
}

const TRIES = 3;
const PAUSE_MILLISECONDS = 500;

/** Users wait for a rollback: what fails is tried again here and now, not after the pauses of the execution. */
async function patiently<Result>(
  { log }: Services,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let number = 1; ; number += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (number === TRIES || signal.aborted) throw thrown;
      log(`entering the rollback failed, it is tried again: ${messageOf(thrown)}`);
      await pause(PAUSE_MILLISECONDS * number, undefined, { signal });
    }
  }
}

function isEntering({ state }: Deployment): boolean {
  return state.includes(ENTER_ROLLBACK);
}

function refuseIfRefused({ deployment }: Session): void {
  const { failure } = deployment.view;
  if (failure?.stage !== ENTER_ROLLBACK) return;
  throw new DriveError('StageRefused', `rollback refused: ${failure.observed}`);
}
