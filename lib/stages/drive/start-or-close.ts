import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import { type Cause, type Decision, decideToConclude, failureOf, opening } from '../../lifecycle/decide.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { CONCLUDING, REQUESTED } from '../../lifecycle/leaves.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { stagesOf } from '../../pipeline/steps.ts';
import type { DeploymentRef, Executions } from './executions.ts';
import { refusalOf } from './rollback-refusal.ts';
import { decideAndAppend, openSession } from './session.ts';

/**
 * Starts an execution of a deployment that has its opening commit. Where its pipeline is not installed, nothing could ever drive
 * it: one that has not begun is then ended as failed, with what to do. Convergent.
 *
 * Errors: `NotFound` for one that has begun and whose pipeline was taken away since; those of the store and of Step Functions.
 */
export async function startOrClose(
  { store, executions }: { readonly store: EventStore; readonly executions: Executions },
  ref: DeploymentRef,
  run: number,
): Promise<void> {
  try {
    await executions.start(ref, run);
  } catch (thrown) {
    const isNotInstalled = thrown instanceof NoneventError && thrown.code === 'NotFound';
    if (!isNotInstalled || !(await closeUnbegun(store, ref.deployment, thrown))) throw thrown;
  }
}

/** Returns whether the deployment has ended. */
async function closeUnbegun(
  store: EventStore,
  deployment: DeploymentId,
  problem: NoneventError,
): Promise<boolean> {
  const opened = await openSession(store, deployment);
  const failed = await decideAndAppend(store, opened, (now) => decideToRefuse(now, problem));
  const closed = await decideAndAppend(store, failed, (now) =>
    now.state.includes(CONCLUDING.failed) ? decideToConclude(now, 'failed', 'none') : [],
  );
  return closed.deployment.view.outcome !== undefined;
}

function decideToRefuse(deployment: Deployment, { message, hint }: NoneventError): Decision {
  if (!deployment.state.includes(REQUESTED)) return [];
  const cause: Cause = { mode: 'errored', expected: 'its pipeline installed', observed: message };
  const { kind, pipeline } = deployment.view;
  if (kind === 'rollback')
    return [
      ...opening(deployment, 'rollback'),
      event('RollbackRefused', { failure: refusalOf(cause, hint) }),
    ];
  const [first] = stagesOf(pipeline);
  if (first === undefined) throw new Error(`pipeline ${pipeline.pipeline} has no stage`);
  const failure = { ...failureOf(first, cause, 'compensate'), next: hint ?? 'install the pipeline' };
  return [...opening(deployment), event('StageFailed', { stage: first.name, attempt: 0, failure })];
}
