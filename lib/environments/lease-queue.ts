import type { Commit, EventStore } from '../history/event-store.ts';
import { type EnvironmentEvent, event } from '../history/events.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { LeasePolicy } from '../pipeline/lease-policy.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import { departureOf, type Environment, hasReleased, type Lease, type Waiting } from './environment.ts';
import { type Applicant, leaseLost, leaseOf, leaseTo, requireNotStuck } from './lease.ts';
import { inTheWay, removeEnded, standingOfHolder } from './remove-ended.ts';

/** A deployment that wants a lease, and when it was asked for. */
export type QueueApplicant = Applicant & Pick<Waiting, 'requestedAt'>;

type WaitingPolicy = Exclude<LeasePolicy, 'reject'>;

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
 * state of the environment. Under `supersede` the newest waiting deployment of a pipeline is the only one that goes on waiting;
 * one that has ended takes nobody's place.
 *
 * Errors: `Conflict` when this deployment had the lease before or would take the place of others although it has ended, or the
 * holder is stuck, which no waiting ends: nobody is to change what a person is restoring at that moment; those of `admit` and of
 * the store.
 */
export async function waitForLease(
  store: EventStore,
  environment: string,
  applicant: QueueApplicant,
  policy: WaitingPolicy,
  admit: () => Promise<void>,
): Promise<LeaseAnswer> {
  for (;;) {
    const found: { turn?: Turn } = {};
    const after = await decideOnEnvironment(store, environment, async (now, commits) => {
      const turn = turnOf(applicant, policy, now, { environment, commits });
      found.turn = turn;
      if (turn.is === 'taking') await admit();
      if (turn.is === 'joining' && turn.displaces) await requireOpen(store, environment, applicant);
      return turn.is === 'taking' || turn.is === 'joining' ? turn.events : [];
    });
    if (found.turn?.is === 'superseded') {
      if (!found.turn.hasLeft && (await removeEnded(store, environment))) continue;
      return { answer: 'superseded', by: found.turn.by };
    }
    if (after.lease?.deployment === applicant.deployment)
      return { answer: 'held', lease: leaseOf(after, environment) };
    if (await removeEnded(store, environment, inTheWay)) continue;
    await requireNotStuck(store, environment, after);
    return { answer: 'waiting', holder: after.lease, before: aheadOf(applicant, after) };
  }
}

type Turn =
  | { readonly is: 'holding' | 'waiting' }
  | { readonly is: 'taking'; readonly events: readonly EnvironmentEvent[] }
  | { readonly is: 'joining'; readonly events: readonly EnvironmentEvent[]; readonly displaces: boolean }
  /** `hasLeft`: its place was taken and is lost. Otherwise it never had one, and the one that is newer may have ended. */
  | { readonly is: 'superseded'; readonly by: string; readonly hasLeft: boolean };

/** How a deployment stands to the lease, and what is to be written for it. Pure. */
function turnOf(
  applicant: QueueApplicant,
  policy: WaitingPolicy,
  now: Environment,
  { environment, commits }: { readonly environment: string; readonly commits: readonly Commit[] },
): Turn {
  const { deployment } = applicant;
  if (now.lease?.deployment === deployment) return { is: 'holding' };
  const departure = departureOf(commits, deployment);
  if (departure?.by !== undefined) return { is: 'superseded', by: departure.by, hasLeft: true };
  if (departure !== undefined || hasReleased(commits, deployment))
    throw leaseLost(environment, deployment, now);
  if (isTurnOf(applicant, now)) return { is: 'taking', events: [leaseTo(applicant, now)] };
  if (now.queue.some((waiting) => waiting.deployment === deployment)) return { is: 'waiting' };
  const newer = policy === 'supersede' ? newerThan(applicant, now) : undefined;
  if (newer !== undefined) return { is: 'superseded', by: newer.deployment, hasLeft: false };
  const events = joining(applicant, now, policy);
  return { is: 'joining', events, displaces: events.some(({ type }) => type === 'LeaseQueueLeft') };
}

/** An executor that wakes up late asks for a deployment that is over. */
async function requireOpen(
  store: EventStore,
  environment: string,
  { deployment }: QueueApplicant,
): Promise<void> {
  const standing = await standingOfHolder(store, deployment);
  if (standing !== 'ended' && standing !== 'stuck') return;
  throw new NoneventError(
    'Conflict',
    `deployment ${deployment} has ended, so it waits for no lease of ${environment}`,
    {
      fields: { environment, deployment, standing },
      hint: `see how it ended with \`nonevent explain ${deployment}\``,
    },
  );
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
  policy: WaitingPolicy,
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
