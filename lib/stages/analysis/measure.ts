import { z } from 'zod';
import type { DeploymentView } from '../../lifecycle/view.ts';
import type { RevisionCounters, Target, TargetState } from '../../targets/target.ts';
import type { Json } from '../kind.ts';
import { revisionOf } from '../revision.ts';
import { weightsBeforeShifts, withTraffic } from '../weights.ts';
import {
  difference,
  NO_TRAFFIC,
  revisionCounters,
  sum,
  type Traffic,
  traffic,
  trafficOf,
} from './traffic.ts';

/** What an analysis measures from. Counters are `null` where the target gave none or none that make sense. */
const beginning = z.object({
  at: z.number(),
  candidate: z.string(),
  /** The revision that the new one is held against; `null` at a first deployment. */
  live: z.string().nullable(),
  epoch: z.string(),
  exitsBefore: z.int().min(0),
  candidateBefore: revisionCounters.nullable(),
  /** All that is known of the live revision before the window. */
  liveBefore: revisionCounters.nullable(),
});

/** What an analysis has seen so far. */
export const measurement = z.object({
  candidate: traffic.nullable(),
  /** `window`: counted since the analysis began. `history`: with what was counted before, as the window alone is too little. */
  live: z
    .object({ revision: z.string(), basis: z.enum(['window', 'history']), traffic: traffic.nullable() })
    .nullable(),
  /** Since the analysis began, also while nobody counted. */
  elapsedSeconds: z.number().min(0),
  /** How much of that the counts stand for: since the analysis began, or since the counters began anew after that. */
  observedSeconds: z.number().min(0),
  windowSeconds: z.number().positive(),
  /** Whether the counters began anew within the window, so that what was counted before is missing. */
  routerRestarted: z.boolean(),
  /** How often the candidate ended by itself since the analysis began. */
  exits: z.int().min(0),
  /** Why there is no evidence, where there is none. */
  problem: z.string().nullable(),
});
export type Measurement = z.output<typeof measurement>;

/** Takes the snapshot that later measurements are subtracted from. */
export async function beginMeasuring(
  target: Target,
  view: DeploymentView,
  environment: string,
  at: number,
): Promise<Json> {
  const { revision } = revisionOf(view);
  const { weights, revisions: placed } = await target.state();
  const live = liveBeside(weights, view, environment);
  const { epoch, revisions } = await target.counters();
  return {
    at,
    candidate: revision,
    live,
    epoch,
    exitsBefore: exitsOf(placed, revision),
    candidateBefore: revisionCounters
      .nullable()
      .catch(null)
      .parse(revisions[revision] ?? NO_TRAFFIC),
    liveBefore: revisionCounters
      .nullable()
      .catch(null)
      .parse(live === null ? null : (revisions[live] ?? NO_TRAFFIC)),
  };
}

/** The revision that the new one of a deployment is held against; `null` at a first deployment. Pure. */
export function liveBeside(
  weights: TargetState['weights'],
  view: DeploymentView,
  environment: string,
): string | null {
  const { revision } = revisionOf(view);
  return (
    heaviest(weights, revision) ?? heaviest(weightsBeforeShifts(view, environment) ?? {}, revision) ?? null
  );
}

/** How often a revision was seen to end by itself. Pure. */
export function exitsOf(placed: TargetState['revisions'], candidate: string): number {
  return placed.find(({ revision }) => revision === candidate)?.exits ?? 0;
}

/** The revision that most users reach, other than one. */
function heaviest(weights: Readonly<Record<string, number>>, except: string): string | undefined {
  const others = Object.entries(withTraffic(weights)).filter(([name]) => name !== except);
  return others.toSorted(([left, more], [right, less]) => less - more || (left < right ? -1 : 1))[0]?.[0];
}

/** Measures what was counted since the beginning. */
export async function measure(
  target: Target,
  begun: Json,
  window: { readonly seconds: number; readonly minRequests: number },
  now: number,
): Promise<Measurement> {
  const from = beginning.parse(begun);
  const { epoch, since: countedSince, until = now, revisions } = await target.counters();
  const { revisions: placed } = await target.state();
  const routerRestarted = epoch !== from.epoch;
  const since = (revision: string, before: z.output<typeof revisionCounters> | null) => {
    const counted = revisionCounters.safeParse(revisions[revision]);
    if (!counted.success || (before === null && !routerRestarted)) return undefined;
    const between = revisionCounters.safeParse(
      routerRestarted ? counted.data : difference(counted.data, before ?? NO_TRAFFIC),
    );
    return between.success ? between.data : undefined;
  };
  const candidate = since(from.candidate, from.candidateBefore);
  const isRunning = placed.some(({ revision, running }) => revision === from.candidate && running);
  return {
    candidate: candidate === undefined ? null : trafficOf(candidate),
    live:
      from.live === null
        ? null
        : liveTraffic(from.live, since(from.live, from.liveBefore), from.liveBefore, window),
    elapsedSeconds: secondsBetween(from.at, now),
    observedSeconds: Number.isFinite(countedSince)
      ? secondsBetween(Math.max(from.at, countedSince), Math.min(now, until))
      : 0,
    windowSeconds: window.seconds,
    routerRestarted,
    exits: Math.max(0, exitsOf(placed, from.candidate) - from.exitsBefore),
    problem: problemOf(
      from.candidate,
      isRunning,
      revisions[from.candidate] !== undefined,
      candidate !== undefined,
    ),
  };
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.floor(to - from) / 1000);
}

function problemOf(
  candidate: string,
  isRunning: boolean,
  isCounted: boolean,
  isReadable: boolean,
): string | null {
  if (!isRunning) return `${candidate} does not run`;
  if (!isCounted) return `the target counts nothing for ${candidate}`;
  return isReadable ? null : `the counters of ${candidate} make no sense`;
}

type Counted = z.output<typeof revisionCounters>;

function liveTraffic(
  revision: string,
  inWindow: Counted | undefined,
  before: Counted | null,
  { minRequests }: { readonly minRequests: number },
): NonNullable<Measurement['live']> {
  if (inWindow !== undefined && inWindow.requests >= minRequests) {
    return { revision, basis: 'window', traffic: trafficOf(inWindow) };
  }
  const known = before === null ? undefined : sum(before, inWindow ?? NO_TRAFFIC);
  return { revision, basis: 'history', traffic: readable(known) };
}

function readable(counted: RevisionCounters | undefined): Traffic | null {
  const checked = revisionCounters.safeParse(counted);
  return checked.success ? trafficOf(checked.data) : null;
}
