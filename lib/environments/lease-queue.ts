import type { EventStore } from '../history/event-store.ts';
import { type EnvironmentEvent, event } from '../history/events.ts';
import type { LeasePolicy } from '../pipeline/lease-policy.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import { departureOf, type Environment, hasReleased, type Lease, type Waiting } from './environment.ts';
import { type Applicant, leaseHeld, leaseLost, leaseOf, leaseTo } from './lease.ts';
import { inTheWay, removeEnded, standingOfHolder } from './remove-ended.ts';

/** A deployment that wants a lease, and when it was asked for. */
export type QueueApplicant = Applicant & Pick<Waiting, 'requestedAt'>;

export type LeaseAnswer =
  | { readonly answer: 'held'; readonly lease: Lease }
  | {
      readonly answer: 'waiting';
      readonly holder: Lease | undefined;
      /** Who gets the lease before it, first come first. */
      readonly before: readonly Waiting[];
    }
  /** A newer deployment of the same pipeline took its place. */
  | { readonly answer: 'superseded'; readonly by: string };

/**
 * Takes the lease of an environment where it is this deployment's turn; otherwise takes a place at the end of the queue, or finds
 * that it has one. To be asked again until the answer is another one. `admit` is asked before the lease is taken, under the same
 * state of the environment. Under `supersede` the newest waiting deployment of a pipeline is the only one that goes on waiting.
 *
 * Errors: `Conflict` when this deployment had the lease before, or its holder is stuck, which no waiting ends: nobody is to change
 * what a person is restoring at that moment; those of `admit` and of the store.
 */
export async function waitForLease(
  store: EventStore,
  environment: string,
  applicant: QueueApplicant,
  policy: Exclude<LeasePolicy, 'reject'>,
  admit: () => Promise<void>,
): Promise<LeaseAnswer> {
  for (;;) {
    let by: string | undefined;
    const after = await decideOnEnvironment(store, environment, async (now, commits) => {
      by = undefined;
      if (now.lease?.deployment === applicant.deployment) return [];
      if (hasReleased(commits, applicant.deployment)) throw leaseLost(environment, applicant.deployment, now);
      const departure = departureOf(commits, applicant.deployment);
      if (departure?.because === 'superseded') by = departure.by ?? 'a newer one';
      else if (departure !== undefined) throw leaseLost(environment, applicant.deployment, now);
      if (by !== undefined) return [];
      if (isTurnOf(applicant, now)) {
        await admit();
        return [leaseTo(applicant, now)];
      }
      if (now.queue.some(({ deployment }) => deployment === applicant.deployment)) return [];
      by = policy === 'supersede' ? newerThan(applicant, now)?.deployment : undefined;
      return by === undefined ? joining(applicant, now, policy) : [];
    });
    if (by !== undefined) return { answer: 'superseded', by };
    if (after.lease?.deployment === applicant.deployment)
      return { answer: 'held', lease: leaseOf(after, environment) };
    if (await removeEnded(store, environment, inTheWay)) continue;
    await requireEnding(store, environment, after);
    return { answer: 'waiting', holder: after.lease, before: aheadOf(applicant, after) };
  }
}

/** Errors: `Conflict` while the lease is held by a deployment that is stuck. */
export async function requireEnding(
  store: Pick<EventStore, 'load'>,
  environment: string,
  { lease }: Environment,
): Promise<void> {
  if (lease === undefined) return;
  if ((await standingOfHolder(store, lease.deployment)) === 'stuck') throw leaseHeld(environment, lease);
}

function isTurnOf({ deployment }: Applicant, { lease, queue }: Environment): boolean {
  return lease === undefined && (queue[0] === undefined || queue[0].deployment === deployment);
}

/** The waiting deployment of the same pipeline that was asked for last, where that was after this one. */
function newerThan({ pipeline, requestedAt }: QueueApplicant, { queue }: Environment): Waiting | undefined {
  return queue
    .filter((waiting) => waiting.pipeline === pipeline && waiting.requestedAt > requestedAt)
    .toSorted((one, other) => (one.requestedAt < other.requestedAt ? -1 : 1))
    .at(-1);
}

function joining(
  applicant: QueueApplicant,
  { queue }: Environment,
  policy: Exclude<LeasePolicy, 'reject'>,
): readonly EnvironmentEvent[] {
  const { deployment, pipeline, requestedAt } = applicant;
  const older = policy === 'supersede' ? queue.filter((waiting) => waiting.pipeline === pipeline) : [];
  return [
    ...older.map((waiting) =>
      event('LeaseQueueLeft', { deployment: waiting.deployment, because: 'superseded', by: deployment }),
    ),
    event('LeaseRequested', { deployment, pipeline, requestedAt }),
  ];
}

function aheadOf({ deployment }: Applicant, { queue }: Environment): readonly Waiting[] {
  return queue.slice(
    0,
    queue.findIndex((waiting) => waiting.deployment === deployment),
  );
}
