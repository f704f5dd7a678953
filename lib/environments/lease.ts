import type { DeploymentId } from '../history/deployment-id.ts';
import type { EventStore } from '../history/event-store.ts';
import { event } from '../history/events.ts';
import { NoneventError } from '../nonevent-error.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import {
  type Environment,
  environmentStream,
  foldEnvironment,
  hasReleased,
  type Lease,
} from './environment.ts';

/** Who wants to change an environment. */
export type Applicant = { readonly deployment: DeploymentId; readonly pipeline: string };

/** The error for an environment that somebody else is changing. */
export function leaseHeld(environment: string, lease: Lease): NoneventError {
  return new NoneventError(
    'Conflict',
    `deployment ${lease.deployment} of pipeline ${lease.pipeline} holds the lease of environment ${environment}`,
    {
      fields: { environment, holder: lease.deployment, pipeline: lease.pipeline, fence: lease.fence },
      hint: `wait for it with \`nonevent status ${lease.deployment} --watch\`, or stop it with \`nonevent stop ${lease.deployment}\`; if it is stuck, \`nonevent explain ${lease.deployment}\` says what to restore`,
    },
  );
}

/**
 * Takes the lease of an environment, or finds that this deployment holds it already. A deployment gets it once: who gave it back
 * and wakes up late does not take it again.
 *
 * Errors: `Conflict` when another deployment holds it, or this one has given it back.
 */
export async function acquireLease(
  store: EventStore,
  environment: string,
  applicant: Applicant,
): Promise<Lease> {
  const after = await decideOnEnvironment(store, environment, (now, commits) => {
    if (now.lease === undefined && hasReleased(commits, applicant.deployment))
      throw leaseLost(environment, applicant.deployment, now);
    if (now.lease === undefined) return [event('LeaseAcquired', { ...applicant, fence: now.fence + 1 })];
    if (now.lease.deployment === applicant.deployment) return [];
    throw leaseHeld(environment, now.lease);
  });
  if (after.lease === undefined)
    throw new Error(`${environmentStream(environment)} has no lease after it was acquired`);
  return after.lease;
}

/**
 * Makes sure that a deployment may still change an environment. Asked before every effect, so that an executor that wakes up after
 * its deployment lost the lease changes nothing more.
 *
 * Errors: `Conflict` when it does not hold the lease.
 */
export async function requireLease(
  store: Pick<EventStore, 'load'>,
  environment: string,
  deployment: DeploymentId,
): Promise<void> {
  const now = foldEnvironment((await store.load(environmentStream(environment))).commits);
  if (now.lease?.deployment !== deployment) throw leaseLost(environment, deployment, now);
}

function leaseLost(
  environment: string,
  deployment: DeploymentId,
  { lease, fence }: Environment,
): NoneventError {
  const holder = lease === undefined ? 'nobody' : `deployment ${lease.deployment}`;
  return new NoneventError(
    'Conflict',
    `deployment ${deployment} no longer has the lease of environment ${environment}, expected to hold it: ${holder} does`,
    {
      fields: { environment, deployment, fence },
      hint: `see who took it with \`nonevent history --environment ${environment}\``,
    },
  );
}

/** Gives the lease back if this deployment holds it; does nothing otherwise. Returns whether it was held. */
export async function releaseLease(
  store: EventStore,
  environment: string,
  deployment: DeploymentId,
): Promise<boolean> {
  let held = false;
  await decideOnEnvironment(store, environment, (now: Environment) => {
    const lease = now.lease?.deployment === deployment ? now.lease : undefined;
    held ||= lease !== undefined;
    return lease === undefined ? [] : [event('LeaseReleased', { deployment, fence: lease.fence })];
  });
  return held;
}
