import type { DeploymentId } from '../../history/deployment-id.ts';
import { event } from '../../history/events.ts';
import { decideToConclude, undoFailureOf } from '../../lifecycle/decide.ts';
import { diagnose } from '../../lifecycle/diagnosis.ts';
import { outcomeConcludedAt, undoLeaf } from '../../lifecycle/leaves.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Services } from './services.ts';
import { decideAndAppend, openSession, type Session } from './session.ts';
import { leaveEnvironments, settleEnvironments } from './settle-environments.ts';
import { type CaughtFailure, recordUnrecordedFailure } from './unrecorded-failure.ts';

/**
 * Ends a deployment at the outcome its machine has come to. On success each environment learns what is live and gets its lease back,
 * before the deployment's history is closed; whatever is neither live nor known-good is removed. A rollback that was refused gives
 * back the leases that it had taken by then. Convergent.
 *
 * Returns the diagnosis in one line. Errors: those of the store and the targets; the execution tries again.
 */
export async function concludeDeployment(
  services: Services,
  task: { readonly deployment: DeploymentId; readonly failure: CaughtFailure },
): Promise<{ readonly diagnosis: string }> {
  const opened = await openSession(services.store, task.deployment);
  const failureKnown = await recordUnrecordedFailure(services, opened, task.failure);
  const session = await recordUnrecordedUndoFailure(services, failureKnown, task.failure);
  const outcome = session.deployment.state.map(outcomeConcludedAt).find((found) => found !== undefined);
  if (outcome === undefined) {
    if (session.deployment.view.outcome !== undefined)
      return { diagnosis: diagnose(session.deployment.view) };
    throw new Error(
      `deployment ${task.deployment} is at ${session.deployment.state.join(', ')}, where it cannot be concluded`,
    );
  }
  const { view } = session.deployment;
  if (outcome === 'succeeded') await settleEnvironments(services, view);
  if (outcome === 'failed' && view.kind === 'rollback') await leaveEnvironments(services, view);
  const concluded = await decideAndAppend(services.store, session, (deployment) =>
    deployment.view.outcome === undefined ? decideToConclude(deployment, outcome, nextAfter(session)) : [],
  );
  return { diagnosis: diagnose(concluded.deployment.view) };
}

/** An undo whose handler timed out every time: the execution goes to `stuck` and the history has to know why. */
async function recordUnrecordedUndoFailure(
  services: Services,
  session: Session,
  caught: CaughtFailure,
): Promise<Session> {
  if (caught === null) return session;
  return decideAndAppend(services.store, session, (deployment) => {
    const change = changesOf(deployment.view.pipeline).find((stage) =>
      deployment.state.includes(undoLeaf(stage)),
    );
    if (change === undefined) return [];
    const mode = caught.Error === 'States.Timeout' ? 'timedOut' : 'lost';
    const cause = {
      mode,
      expected: 'the change undone',
      observed: `${caught.Error}: ${caught.Cause ?? ''}`.slice(0, 1000),
    } as const;
    return [event('UndoFailed', { stage: change.name, failure: undoFailureOf(change, cause) })];
  });
}

function nextAfter(session: Session): string {
  const stuck = session.deployment.view.stages.find((stage) => stage.state === 'undoFailed');
  return stuck?.failure?.next ?? 'none';
}
