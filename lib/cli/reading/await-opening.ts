import type { DeploymentId } from '../../history/deployment-id.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { System } from '../system.ts';
import { awaitAnswer } from './await-answer.ts';

/**
 * Waits until a deployment that was requested has its opening commit.
 *
 * Errors: `Unreachable` when nobody acted on the request in time. It stays with the system, which may act on it later.
 */
export async function awaitOpening(system: System, deployment: DeploymentId): Promise<void> {
  await awaitAnswer(system, {
    look: async () => (await system.store.load(deploymentStream(deployment))).commits.length > 0,
    undone: 'opened no deployment',
    fields: { deployment },
  });
}
