import { randomUUID } from 'node:crypto';
import { type Counters, LATENCY_BOUNDS, type RevisionCounters } from '../target.ts';

/** Counts what each revision answered. Figures only grow within an `epoch`, so two snapshots can be subtracted. */
export type TrafficCounters = {
  /** The answer's headers came after `milliseconds`. */
  answered(revision: string, status: number, milliseconds: number): void;
  /** The revision gave no answer. */
  lost(revision: string): void;
  /** The answer that began with `status` broke off. A 5xx is an error already and is not counted a second time. */
  brokeOff(revision: string, status: number): void;
  snapshot(revisions: readonly string[]): Omit<Counters, 'since'>;
};

/** Starts counting at zero under a new epoch. */
export function createTrafficCounters(): TrafficCounters {
  const epoch = randomUUID();
  const tallies = new Map<string, Tally>();

  function tallyOf(revision: string): Tally {
    const known = tallies.get(revision) ?? emptyTally();
    tallies.set(revision, known);
    return known;
  }

  return {
    answered(revision, status, milliseconds) {
      const tally = tallyOf(revision);
      const bucket = bucketOf(milliseconds);
      tally.requests += 1;
      tally.status[classOf(status)] += 1;
      tally.latency[bucket] = (tally.latency[bucket] ?? 0) + 1;
    },
    lost(revision) {
      const tally = tallyOf(revision);
      tally.requests += 1;
      tally.status.lost += 1;
    },
    brokeOff(revision, status) {
      if (classOf(status) !== '5xx') tallyOf(revision).status.lost += 1;
    },
    snapshot(revisions) {
      return {
        epoch,
        revisions: Object.fromEntries(
          revisions.map((revision) => [revision, structuredClone(tallyOf(revision))]),
        ),
      };
    },
  };
}

type Tally = {
  requests: number;
  status: { -readonly [Class in keyof RevisionCounters['status']]: number };
  latency: number[];
};

function emptyTally(): Tally {
  return {
    requests: 0,
    status: { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, lost: 0 },
    latency: LATENCY_BOUNDS.map(() => 0).concat(0),
  };
}

function classOf(status: number): '1xx' | '2xx' | '3xx' | '4xx' | '5xx' {
  if (status < 200) return '1xx';
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}

function bucketOf(milliseconds: number): number {
  const bucket = LATENCY_BOUNDS.findIndex((bound) => milliseconds <= bound);
  return bucket === -1 ? LATENCY_BOUNDS.length : bucket;
}
