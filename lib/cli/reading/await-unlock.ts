import { setTimeout as pause } from 'node:timers/promises';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { UnlockRequest } from '../../stages/drive/request-unlock.ts';
import type { System } from '../system.ts';

const UNLOCK_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 50;

/**
 * Waits until the lease that was to be freed is held no more.
 *
 * Errors: `Unreachable` when nobody acted on the request in time.
 */
export async function awaitUnlock(
  { store, folder }: System,
  { environment, fence }: UnlockRequest,
): Promise<void> {
  const deadline = performance.now() + UNLOCK_MILLISECONDS;
  while (performance.now() < deadline) {
    const { lease } = foldEnvironment((await store.load(environmentStream(environment))).commits);
    if (lease?.fence !== fence) return;
    await pause(POLL_MILLISECONDS);
  }
  throw new NoneventError(
    'Unreachable',
    `the local system took the request but did not free ${environment} within ${UNLOCK_MILLISECONDS / 1000}s`,
    {
      fields: { environment },
      hint: `see why in ${folder.logs}, or run \`nonevent doctor\`; typing the command again is safe`,
    },
  );
}
