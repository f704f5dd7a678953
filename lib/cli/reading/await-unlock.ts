import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import type { UnlockRequest } from '../../stages/drive/request-unlock.ts';
import type { System } from '../system.ts';
import { awaitAnswer } from './await-answer.ts';

/**
 * Waits until the lease that was to be freed is held no more.
 *
 * Errors: `Unreachable` when nobody acted on the request in time.
 */
export async function awaitUnlock(system: System, { environment, fence }: UnlockRequest): Promise<void> {
  await awaitAnswer(system, {
    look: async () => {
      const { commits } = await system.store.load(environmentStream(environment));
      return foldEnvironment(commits).lease?.fence !== fence;
    },
    undone: `did not free ${environment}`,
    fields: { environment },
  });
}
