import { setTimeout as pause } from 'node:timers/promises';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { replay } from '../../lifecycle/replay.ts';
import { markOfDeployment } from '../../lifecycle/wording/marks.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { System } from '../system.ts';

const STOP_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 50;

/**
 * Waits until a stop that was asked for is recorded.
 *
 * Errors: `Conflict` when the deployment ended first, so that the stop came too late; `Unreachable` when nobody acted on it in time.
 */
export async function awaitStop(
  { store, folder }: Pick<System, 'store' | 'folder'>,
  deployment: DeploymentId,
): Promise<void> {
  const deadline = performance.now() + STOP_MILLISECONDS;
  while (performance.now() < deadline) {
    const { view } = replay((await store.load(`deployment#${deployment}`)).commits);
    if (view.stop !== undefined) return;
    if (view.outcome !== undefined) {
      throw new NoneventError(
        'Conflict',
        `the stop came too late: deployment ${shortId(deployment)} has ended: ${markOfDeployment(view).word}`,
        { fields: { deployment }, hint: `see \`nonevent explain ${shortId(deployment)}\`` },
      );
    }
    await pause(POLL_MILLISECONDS);
  }
  throw new NoneventError(
    'Unreachable',
    `the local system took the request but recorded no stop within ${STOP_MILLISECONDS / 1000}s`,
    {
      fields: { deployment },
      hint: `see why in ${folder.logs}, or run \`nonevent doctor\`; typing the command again is safe`,
    },
  );
}
