import { setTimeout as pause } from 'node:timers/promises';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { System } from '../system.ts';

const OPENING_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 50;

/**
 * Waits until a deployment that was requested has its opening commit.
 *
 * Errors: `Unreachable` when nobody acted on the request in time. It stays with the system, which may act on it later.
 */
export async function awaitOpening({ store, folder }: System, deployment: DeploymentId): Promise<void> {
  const deadline = performance.now() + OPENING_MILLISECONDS;
  while (performance.now() < deadline) {
    const { commits } = await store.load(`deployment#${deployment}`);
    if (commits.length > 0) return;
    await pause(POLL_MILLISECONDS);
  }
  throw new NoneventError(
    'Unreachable',
    `the local system took the request but opened no deployment within ${OPENING_MILLISECONDS / 1000}s`,
    {
      fields: { deployment },
      hint: `see why in ${folder.logs}, or run \`nonevent doctor\`; typing the command again is safe`,
    },
  );
}
