import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { findDeployment } from '../../history/find-deployment.ts';
import { NoneventError } from '../../nonevent-error.ts';

const DIGITS_AT_LEAST = 4;

/**
 * The deployment that somebody means to change. A digit or two may name a deployment that nobody meant, which does no harm to
 * a reader only.
 *
 * Errors: `InvalidInput` for a shorter prefix; those of `findDeployment`.
 */
export async function findDeploymentToChange(store: EventStore, written: string): Promise<DeploymentId> {
  const digits = written.replace(/^deployment#/, '');
  if (/^[0-9a-f]+$/i.test(digits) && digits.length < DIGITS_AT_LEAST) {
    throw new NoneventError(
      'InvalidInput',
      `the deployment id ${JSON.stringify(written)} is too short to change anything: expected at least ${DIGITS_AT_LEAST} digits`,
      { hint: 'list the newest deployments with `nonevent status`' },
    );
  }
  return findDeployment(store, written);
}
