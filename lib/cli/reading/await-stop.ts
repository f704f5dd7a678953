import type { DeploymentId } from '../../history/deployment-id.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import { markOfDeployment } from '../../lifecycle/wording/marks.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { System } from '../system.ts';
import { awaitAnswer } from './await-answer.ts';

/**
 * Waits until a stop that was asked for is recorded.
 *
 * Errors: `Conflict` when the deployment ended first, so that the stop came too late; `Unreachable` when nobody acted on it in time.
 */
export async function awaitStop(system: System, deployment: DeploymentId): Promise<void> {
  await awaitAnswer(system, {
    look: () => isStopRecorded(system, deployment),
    undone: 'recorded no stop',
    fields: { deployment },
  });
}

async function isStopRecorded(
  { store, options }: Pick<System, 'store' | 'options'>,
  deployment: DeploymentId,
): Promise<boolean> {
  const { view } = replay((await store.load(deploymentStream(deployment))).commits);
  if (view.stop !== undefined) return true;
  if (view.outcome === undefined) return false;
  const id = shortId(deployment);
  throw new NoneventError(
    'Conflict',
    `the stop came too late: deployment ${id} has ended: ${markOfDeployment(view).word}`,
    { fields: { deployment }, hint: `see \`nonevent explain ${id}${options}\`` },
  );
}
