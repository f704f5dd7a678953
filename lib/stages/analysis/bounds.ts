import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import { LATENCY_BOUNDS } from '../../targets/target.ts';
import type { Measurement } from './measure.ts';
import type { Traffic } from './traffic.ts';

/** One bound of an analysis, held against what was measured. `holds` is `undefined` where that cannot be said. */
export type Held = { readonly expected: string; readonly holds: boolean | undefined };

/** What a first deployment is held against where a pipeline states only bounds relative to a live revision. */
export const FIRST_DEPLOYMENT_MAX_ERROR_RATE = 0.05;

const LONGEST_BUCKET = LATENCY_BOUNDS.at(-1) ?? 0;

/** Rounding in a subtraction is no violation. */
const EPSILON = 1e-9;

/**
 * Holds each stated bound against a measurement. At a first deployment there is no live revision, so bounds relative to it
 * do not apply; where no other is stated, the error rate must not be over 5 %. Pure.
 */
export function holdBounds(
  stage: AnalysisStage,
  candidate: Traffic | null,
  live: Measurement['live'],
): readonly Held[] {
  const { errorRate = {}, p95 = {} } = stage;
  const absolute = [
    errorRate.max === undefined ? [] : [errorRateAtMost(errorRate.max, candidate)],
    p95.max === undefined ? [] : [p95AtMost(p95.max, candidate)],
  ].flat();
  if (live === null) return absolute.length > 0 ? absolute : [firstDeployment(candidate)];
  const compared = enough(live.traffic, stage.minRequests ?? 1);
  return [
    ...absolute,
    ...(errorRate.maxIncrease === undefined
      ? []
      : [increaseAtMost(errorRate.maxIncrease, candidate, compared)]),
    ...(p95.maxRatio === undefined ? [] : [ratioAtMost(p95.maxRatio, candidate, compared)]),
  ];
}

/** Too little traffic of the live revision is nothing to compare with. */
function enough(traffic: Traffic | null, minRequests: number): Traffic | null {
  return traffic !== null && traffic.requests >= minRequests ? traffic : null;
}

function errorRateAtMost(max: number, candidate: Traffic | null): Held {
  const rate = errorRateOf(candidate);
  return {
    expected: `error rate <= ${percent(max)}`,
    holds: rate === undefined ? undefined : rate <= max + EPSILON,
  };
}

function firstDeployment(candidate: Traffic | null): Held {
  const { expected, holds } = errorRateAtMost(FIRST_DEPLOYMENT_MAX_ERROR_RATE, candidate);
  return { expected: `${expected} (no live revision to compare with)`, holds };
}

function increaseAtMost(max: number, candidate: Traffic | null, live: Traffic | null): Held {
  const [ours, theirs] = [errorRateOf(candidate), errorRateOf(live)];
  return {
    expected: `error rate <= live (${theirs === undefined ? 'unknown' : percent(theirs)}) + ${percent(max)}`,
    holds: ours === undefined || theirs === undefined ? undefined : ours - theirs <= max + EPSILON,
  };
}

function p95AtMost(seconds: number, candidate: Traffic | null): Held {
  const ours = p95Of(candidate);
  return {
    expected: `p95 <= ${milliseconds(seconds * 1000)}`,
    holds: ours === undefined ? undefined : ours <= seconds * 1000 + EPSILON,
  };
}

function ratioAtMost(max: number, candidate: Traffic | null, live: Traffic | null): Held {
  const [ours, theirs] = [p95Of(candidate), p95Of(live)];
  return {
    expected: `p95 <= ${max} x live (${theirs === undefined ? 'unknown' : milliseconds(theirs)})`,
    holds: ours === undefined || theirs === undefined ? undefined : isWithin(ours, theirs, max),
  };
}

/** Of a live revision slower than the longest bucket only the least is known: that can show that a ratio holds, not that it does not. */
function isWithin(ours: number, theirs: number, max: number): boolean | undefined {
  if (theirs !== Number.POSITIVE_INFINITY) return ours <= theirs * max + EPSILON;
  return ours <= LONGEST_BUCKET * max ? true : undefined;
}

function errorRateOf(traffic: Traffic | null): number | undefined {
  if (traffic === null || traffic.requests === 0) return undefined;
  return Math.min(1, traffic.errors / traffic.requests);
}

function p95Of(traffic: Traffic | null): number | undefined {
  if (traffic === null || traffic.p95Ms === null) return undefined;
  return typeof traffic.p95Ms === 'number' ? traffic.p95Ms : Number.POSITIVE_INFINITY;
}

/** Traffic in words: `error rate 12.3 % (37 of 301), p95 51 ms`. */
export function trafficInWords(traffic: Traffic): string {
  const rate = errorRateOf(traffic);
  const errors =
    rate === undefined
      ? 'no requests'
      : `error rate ${percent(rate)} (${traffic.errors} of ${traffic.requests})`;
  const time = p95Of(traffic);
  return time === undefined ? errors : `${errors}, p95 ${milliseconds(time)}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function milliseconds(time: number): string {
  if (time === Number.POSITIVE_INFINITY) return 'over 65 s';
  return `${Number(time < 10 ? time.toFixed(1) : time.toFixed(0))} ms`;
}
