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
import { inTheWay, removeEnded, standingOfHolder } from './remove-ended.ts';

/** Who wants to change an environment. */
export type Applicant = { readonly deployment: DeploymentId; readonly pipeline: string };

/** The error for an environment that somebody else is changing. */
export function leaseHeld(environment: string, lease: Lease): NoneventError {
  return new NoneventError(
    'Conflict',
    `deployment ${lease.deployment} of pipeline ${lease.pipeline} holds the lease of environment ${environment}`,
    {
      fields: { environment, holder: lease.deployment, pipeline: lease.pipeline, fence: lease.fence },
      hint: `wait for it with \`nonevent status ${lease.deployment} --watch\`, or stop it with \`nonevent stop ${lease.deployment}\``,
    },
  );
}

/** Errors: `Conflict` while the lease is held by a deployment that is stuck, which no waiting ends. */
export async function requireNotStuck(
  store: Pick<EventStore, 'load'>,
  environment: string,
  { lease }: Environment,
): Promise<void> {
  if (lease === undefined || (await standingOfHolder(store, lease.deployment)) !== 'stuck') return;
  const { deployment, pipeline, fence } = lease;
  throw new NoneventError(
    'Conflict',
    `deployment ${deployment} of pipeline ${pipeline} is stuck and keeps the lease of environment ${environment}, until \`nonevent unlock ${environment}\` frees it`,
    {
      fields: { environment, holder: deployment, pipeline, fence },
      hint: `see with \`nonevent explain ${deployment}\` what to restore, restore it, then \`nonevent unlock ${environment}\``,
    },
  );
}

/**
 * Takes the lease of an environment at once, or finds that this deployment holds it already. A deployment gets it once: who gave
 * it back and wakes up late does not take it again. The lease of a deployment that has ended stands in nobody's way, unless that
 * one is stuck. With `ahead` it is taken before those who wait for it. `admit` is asked before it is taken, under the same state of
 * the environment.
 *
 * Errors: `Conflict` when another deployment holds it, or waits for it and comes first, or this one has given it back; those of
 * `admit`.
 */
export async function acquireLease(
  store: EventStore,
  environment: string,
  applicant: Applicant,
  { ahead = false, admit }: { readonly ahead?: boolean; readonly admit?: () => Promise<void> } = {},
): Promise<Lease> {
  for (;;) {
    let obstacle: NoneventError | undefined;
    const after = await decideOnEnvironment(store, environment, async (now, commits) => {
      obstacle = undefined;
      if (now.lease?.deployment === applicant.deployment) return [];
      if (now.lease === undefined && hasReleased(commits, applicant.deployment))
        throw leaseLost(environment, applicant.deployment, now);
      obstacle = obstacleTo(environment, now, ahead);
      if (obstacle !== undefined) return [];
      await admit?.();
      return [leaseTo(applicant, now)];
    });
    if (obstacle === undefined) return leaseOf(after, environment);
    if (await removeEnded(store, environment, inTheWay)) continue;
    await requireNotStuck(store, environment, after);
    throw obstacle;
  }
}

function obstacleTo(environment: string, now: Environment, ahead: boolean): NoneventError | undefined {
  if (now.lease !== undefined) return leaseHeld(environment, now.lease);
  const [first] = now.queue;
  if (first === undefined || ahead) return undefined;
  return new NoneventError(
    'Conflict',
    `deployment ${first.deployment} of pipeline ${first.pipeline} waits for the lease of environment ${environment} and comes first`,
    {
      fields: { environment, holder: first.deployment, pipeline: first.pipeline },
      hint: `wait for it with \`nonevent status ${first.deployment} --watch\`, or let this pipeline wait too with \`lease: queue\``,
    },
  );
}

/** What gives the free lease to somebody, before others or as the first of those who wait. Pure. */
export function leaseTo({ deployment, pipeline }: Applicant, { fence, queue }: Environment) {
  const isAhead = queue[0] !== undefined && queue[0].deployment !== deployment;
  return event('LeaseAcquired', {
    deployment,
    pipeline,
    fence: fence + 1,
    ...(isAhead ? { ahead: true } : {}),
  });
}

/** The lease of an environment that has just been given to somebody. */
export function leaseOf({ lease }: Environment, environment: string): Lease {
  if (lease !== undefined) return lease;
  throw new Error(`${environmentStream(environment)} has no lease after it was acquired`);
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

/** The error for a deployment that wants to use a lease that it had and has no more. */
export function leaseLost(
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

/**
 * Gives the lease back if this deployment holds it, and its place in the queue if it waits for it; does nothing otherwise. Returns
 * whether it was held.
 */
export async function releaseLease(
  store: EventStore,
  environment: string,
  deployment: DeploymentId,
): Promise<boolean> {
  let held = false;
  await decideOnEnvironment(store, environment, ({ lease, queue }: Environment) => {
    if (lease?.deployment === deployment) {
      held = true;
      return [event('LeaseReleased', { deployment, fence: lease.fence })];
    }
    const waits = queue.some((waiting) => waiting.deployment === deployment);
    return waits ? [event('LeaseQueueLeft', { deployment, because: 'withdrawn' })] : [];
  });
  return held;
}
