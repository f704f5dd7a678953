import { z } from 'zod';
import { LATENCY_BOUNDS, type RevisionCounters } from '../../targets/target.ts';

const count = z.int().min(0);

/** Counters as a target gives them. Anything else, such as NaN or a negative number, is no evidence. */
export const revisionCounters = z.object({
  requests: count,
  status: z.object({ '1xx': count, '2xx': count, '3xx': count, '4xx': count, '5xx': count, lost: count }),
  latency: z.array(count).length(LATENCY_BOUNDS.length + 1),
});

/** Traffic of one revision in words of a verdict. */
export const traffic = z.object({
  requests: count,
  /** Requests that were answered with 5xx or not at all. */
  errors: count,
  /** The upper bound of the bucket that holds the 95th percentile; `null` where nothing was answered. */
  p95Ms: z.union([z.number().positive(), z.literal('over the longest bucket')]).nullable(),
});
export type Traffic = z.output<typeof traffic>;

/** Counts that a revision has that nobody asked yet. */
export const NO_TRAFFIC: RevisionCounters = {
  requests: 0,
  status: { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, lost: 0 },
  latency: [...LATENCY_BOUNDS.map(() => 0), 0],
};

/** What was counted between two snapshots of one epoch. Negative where they are not in order. */
export function difference(later: RevisionCounters, earlier: RevisionCounters): RevisionCounters {
  return combined(later, earlier, (after, before) => after - before);
}

/** What was counted in two spans that do not overlap. */
export function sum(one: RevisionCounters, other: RevisionCounters): RevisionCounters {
  return combined(one, other, (left, right) => left + right);
}

function combined(
  one: RevisionCounters,
  other: RevisionCounters,
  combine: (left: number, right: number) => number,
): RevisionCounters {
  const of = (name: keyof RevisionCounters['status']) => combine(one.status[name], other.status[name]);
  return {
    requests: combine(one.requests, other.requests),
    status: {
      '1xx': of('1xx'),
      '2xx': of('2xx'),
      '3xx': of('3xx'),
      '4xx': of('4xx'),
      '5xx': of('5xx'),
      lost: of('lost'),
    },
    latency: one.latency.map((answers, bucket) => combine(answers, other.latency[bucket] ?? 0)),
  };
}

/** Sums up what was counted. */
export function trafficOf(counters: RevisionCounters): Traffic {
  return {
    requests: counters.requests,
    errors: counters.status['5xx'] + counters.status.lost,
    p95Ms: percentile95(counters.latency),
  };
}

function percentile95(latency: readonly number[]): Traffic['p95Ms'] {
  const answers = latency.reduce((total, bucket) => total + bucket, 0);
  if (answers === 0) return null;
  const rank = Math.ceil(answers * 0.95);
  let passed = 0;
  for (const [bucket, bound] of LATENCY_BOUNDS.entries()) {
    passed += latency[bucket] ?? 0;
    if (passed >= rank) return Math.round(bound * 100) / 100;
  }
  return 'over the longest bucket';
}
