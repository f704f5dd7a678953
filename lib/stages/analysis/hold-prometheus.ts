import { z } from 'zod';
import { canonicalJson } from '../../history/canonical-json.ts';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import type { PrometheusBound } from '../../pipeline/kinds/prometheus-criteria.ts';
import type { HeldCriterion } from './hold-metrics.ts';

/** A metric of the new revision as it is now. */
export const prometheusSeen = z.object({
  of: z.object({
    path: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    type: z.enum(['gauge', 'counter']),
  }),
  /** `null` where the revision does not tell it. */
  now: z.number().nullable(),
  /** When the analysis began. */
  before: z.number().nullable(),
  /** The most that earlier looks of the analysis have seen of a counter; not in histories from before it was kept. */
  highest: z.number().nullable().default(null),
  /** Whether an earlier look has seen less than there had been. */
  beganAnew: z.boolean().default(false),
  /** What the live revision tells, where that is asked; its name is `null` where there is none. */
  live: z.object({ revision: z.string().nullable(), now: z.number().nullable() }).nullable(),
  /** Why there is no evidence, where there is none. */
  problem: z.string().nullable(),
});
export type PrometheusSeen = z.output<typeof prometheusSeen>;

/** Rounding in a subtraction is no violation. */
const EPSILON = 1e-9;

/** The time that is observed, and the time that has to be, in seconds. */
export type Window = { readonly observed: number; readonly needed: number };

/**
 * Holds the bounds of metrics. A gauge is held at each look. A counter is held by its growth per second when the time is over, and rejected
 * before that once it has grown by more than it may in all of it. Pure.
 */
export function holdPrometheus(
  bounds: readonly PrometheusBound[],
  seen: readonly PrometheusSeen[],
  window: Window,
): readonly HeldCriterion[] {
  return bounds.map((bound) => {
    const expected = boundsInWords(bound);
    const found = seen.find(({ of }) => canonicalJson(of) === canonicalJson(bound.prometheus));
    const why = problemOf(bound, found);
    if (found === undefined || found.now === null || why !== undefined)
      return { expected, observed: `${nameOf(bound)}: ${why}`, holds: undefined };
    return bound.prometheus.type === 'gauge'
      ? { expected, ...heldGauge(bound, found, found.now) }
      : { expected, ...heldCounter(bound, found.now - (found.before ?? 0), window) };
  });
}

function problemOf({ prometheus }: PrometheusBound, found: PrometheusSeen | undefined): string | undefined {
  if (found === undefined) return 'not measured';
  if (found.problem !== null) return found.problem;
  if (found.now === null) return 'the new revision does not tell it';
  // What began anew is not known to have been well before, however much it has grown again.
  if (prometheus.type === 'counter' && hasBegunAnew(found)) return 'the counter began anew';
  return undefined;
}

/** Whether a counter was seen at less than it had been. Pure. */
function hasBegunAnew({ now, before, highest, beganAnew }: PrometheusSeen): boolean {
  return beganAnew || (now !== null && now < Math.max(before ?? 0, highest ?? 0));
}

/** What is to be kept in mind of a counter at the next look. Pure. */
export function keptOf(seen: PrometheusSeen | undefined): Pick<PrometheusSeen, 'highest' | 'beganAnew'> {
  if (seen === undefined) return { highest: null, beganAnew: false };
  const values = [seen.highest, seen.now].filter((value) => value !== null);
  return { highest: values.length === 0 ? null : Math.max(...values), beganAnew: hasBegunAnew(seen) };
}

type Standing = Pick<HeldCriterion, 'observed' | 'holds'>;

function heldGauge(bound: PrometheusBound, { live }: PrometheusSeen, now: number): Standing {
  const { max, min, maxIncrease, maxRatio } = bound;
  const absolute = [
    ...(max === undefined ? [] : [now <= max + EPSILON]),
    ...(min === undefined ? [] : [now >= min - EPSILON]),
  ];
  const isCompared = maxIncrease !== undefined || maxRatio !== undefined;
  const observed = `${nameOf(bound)} ${now}`;
  if (!isCompared) return { observed, holds: allOf(absolute) };
  if (live === null || live.revision === null) {
    // At a first deployment nothing is live; what is stated besides has to do.
    return { observed: `${observed}, nothing is live to compare with`, holds: allOf(absolute) };
  }
  const theirs = live.now;
  const compared =
    theirs === null
      ? [undefined]
      : [
          ...(maxIncrease === undefined ? [] : [now - theirs <= maxIncrease + EPSILON]),
          // A share of nothing, or of less, says nothing.
          ...(maxRatio === undefined ? [] : [theirs > 0 ? now <= theirs * maxRatio + EPSILON : undefined]),
        ];
  return {
    observed: `${observed}, live: ${theirs ?? `${live.revision} does not tell it`}`,
    holds: allOf([...absolute, ...compared]),
  };
}

function heldCounter(bound: PrometheusBound, grown: number, { observed, needed }: Window): Standing {
  const { max, min } = bound;
  const isOver = observed >= needed;
  const rate = grown / Math.max(observed, needed);
  const words = `${nameOf(bound)} has grown by ${short(grown)} in ${observed} s`;
  if (max !== undefined && rate > max + EPSILON) return { observed: words, holds: false };
  if (!isOver) return { observed: words, holds: undefined };
  return { observed: words, holds: min === undefined || rate >= min - EPSILON };
}

/** One that is violated is enough; nothing held is nothing known. */
function allOf(held: readonly (boolean | undefined)[]): boolean | undefined {
  if (held.includes(false)) return false;
  return held.length === 0 || held.includes(undefined) ? undefined : true;
}

function boundsInWords(bound: PrometheusBound): string {
  const { prometheus, max, min, maxIncrease, maxRatio } = bound;
  const rate = prometheus.type === 'counter' ? ' per second' : '';
  const bounds = [
    ...(max === undefined ? [] : [`<= ${max}${rate}`]),
    ...(min === undefined ? [] : [`>= ${min}${rate}`]),
    ...(maxIncrease === undefined ? [] : [`<= live + ${maxIncrease}`]),
    ...(maxRatio === undefined ? [] : [`<= ${maxRatio} x live`]),
  ];
  return `${nameOf(bound)} ${bounds.join(' and ')}`;
}

const LONGEST_NAME = 200;

function nameOf({ prometheus: { name, labels } }: PrometheusBound): string {
  const written = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return plainLine(written.length === 0 ? name : `${name}{${written.join(',')}}`, LONGEST_NAME);
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
