import type { Judgement } from '../../history/deployment-events.ts';
import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import { hasBound } from '../../pipeline/sugar/bounds.ts';
import type { Json } from '../kind.ts';
import { holdBounds, trafficInWords } from './bounds.ts';
import { type Measurement, measurement } from './measure.ts';

/** Whether an analysis is about the traffic of the new revision; without other criteria it always is. */
export function judgesTraffic({ errorRate, p95, metrics, alarms }: AnalysisStage): boolean {
  return (metrics === undefined && alarms === undefined) || hasBound(errorRate, p95);
}

/** Requests that are enough evidence. A file that states a bound on traffic states this too. */
export function requestsNeeded({ minRequests = 1 }: AnalysisStage): number {
  return minRequests;
}

/**
 * A violated bound rejects as soon as there are requests enough; a pass needs every bound, and the whole window observed. A
 * candidate that ended by itself is rejected whatever the requests say: a crash is evidence enough.
 */
export function judgeTraffic(stage: AnalysisStage, recorded: Json): Judgement {
  const seen = measurement.safeParse(recorded);
  if (!seen.success)
    return { verdict: 'inconclusive', expected: 'counters', observed: 'no readable evidence' };
  const { candidate, live, observedSeconds, exits, problem } = seen.data;
  const bounds = holdBounds(stage, candidate, live);
  const expected = bounds.map((bound) => bound.expected).join(' and ');
  if (exits > 0) {
    const all = [...bounds.map((bound) => bound.expected), 'no exit'].join(' and ');
    return { verdict: 'fail', expected: all, observed: inWords(seen.data) };
  }
  const isEnough = candidate !== null && candidate.requests >= requestsNeeded(stage);
  if (isEnough && bounds.some(({ holds }) => holds === false)) {
    return { verdict: 'fail', expected, observed: inWords(seen.data) };
  }
  const missing = missingOf(
    stage,
    seen.data,
    bounds.every(({ holds }) => holds === true),
  );
  if (
    bounds.length > 0 &&
    isEnough &&
    problem === null &&
    observedSeconds >= stage.for &&
    missing === undefined
  ) {
    return { verdict: 'pass', expected, observed: inWords(seen.data) };
  }
  const wanted = isEnough
    ? expected
    : [`at least ${requestsInWords(stage)}`, expected].filter(Boolean).join(' and ');
  return inconclusive(wanted, [inWords(seen.data), missing]);
}

function inconclusive(expected: string, observed: readonly (string | undefined)[]): Judgement {
  return {
    verdict: 'inconclusive',
    expected,
    observed: observed.filter((part) => part !== undefined).join('; '),
  };
}

function requestsInWords(stage: AnalysisStage): string {
  const needed = requestsNeeded(stage);
  return needed === 1 ? '1 request' : `${needed} requests`;
}

/** What is not there yet to pass, in words. */
function missingOf(stage: AnalysisStage, seen: Measurement, allHold: boolean): string | undefined {
  const { candidate, live, observedSeconds, problem } = seen;
  if (problem !== null || candidate === null) return undefined;
  if (candidate.requests < requestsNeeded(stage))
    return `${candidate.requests} of ${requestsNeeded(stage)} requests needed`;
  if (observedSeconds < stage.for) return `${observedSeconds} s of ${stage.for} s observed`;
  if (allHold) return undefined;
  return live === null
    ? 'not every bound can be evaluated'
    : `too little is known of ${live.revision} to compare with`;
}

function inWords({ candidate, live, routerRestarted, observedSeconds, exits, problem }: Measurement): string {
  const ended =
    exits === 0 ? undefined : `the new revision ended by itself ${exits === 1 ? 'once' : `${exits} times`}`;
  const ours = candidate === null ? 'nothing counted' : trafficInWords(candidate);
  const theirs = live === null || live.traffic === null ? undefined : `live: ${trafficInWords(live.traffic)}`;
  const basis =
    live?.basis === 'history' && theirs !== undefined ? `${theirs}, with its traffic from before` : theirs;
  const anew = routerRestarted
    ? `counted from zero since the router started anew ${observedSeconds} s ago`
    : undefined;
  return [ended, problem ?? undefined, ours, basis, anew].filter((part) => part !== undefined).join('; ');
}
