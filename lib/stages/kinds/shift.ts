import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { ShiftStage } from '../../pipeline/kinds/shift.ts';
import type { Routing, Target, TargetState, Weights } from '../../targets/target.ts';
import type { ChangeKind, Json } from '../kind.ts';
import { revisionOf } from '../revision.ts';
import { targetOf } from '../target-of.ts';
import {
  captureBeforeShifts,
  isNewestShift,
  sameWeights,
  shiftCapture,
  spread,
  weightsInWords,
  withTraffic,
} from '../weights.ts';

/**
 * Sends a share of the traffic to the placed revision. Every shift of a deployment captures the weights before the first one,
 * so undoing the newest restores the traffic whole in one call, and undoing an earlier one finds it so.
 */
export const shiftKind: ChangeKind<ShiftStage> = {
  // The lane restores the weights anyway; a router that does not answer in time is not asked for more of the same first.
  recoveries: USUAL_RECOVERIES,

  async capture(stage, context) {
    const before = captureBeforeShifts(context.deployment.view, stage.environment);
    if (before !== undefined) return captured(before.weights, before.remembered);
    const target = await targetOf(context, stage.environment);
    const { weights, settled } = await target.state();
    if (settled === false) throw unsettled(stage.environment);
    return captured(withTraffic(weights), await target.remember?.());
  },

  async apply(stage, context, captured) {
    const { revision } = revisionOf(context.deployment.view);
    const target = await targetOf(context, stage.environment);
    const state = await target.state();
    const before = shiftCapture.parse(captured).weights;
    const wanted = spread(revision, stage.percent, running(before, state));
    const isThere = isRouted(state, wanted);
    if (!isThere) await routeAndConfirm(target, wanted, stage.environment, { signal: context.signal });
    const isAlone = wanted[revision] === 100 && stage.percent !== 100;
    return {
      evidence: { revision, before: withTraffic(state.weights), weights: wanted, changed: !isThere },
      expected: `${revision} gets ${stage.percent} % of the traffic`,
      observed: isAlone
        ? `${weightsInWords(wanted)}: no other revision runs that could serve the rest`
        : weightsInWords(wanted),
    };
  },

  async undo(stage, context, captured) {
    const { weights, remembered } = shiftCapture.parse(captured);
    const target = await targetOf(context, stage.environment);
    const routing = { signal: context.signal, ...(remembered === undefined ? {} : { remembered }) };
    // Users wait for this one: the router is told at once, and asked afterwards.
    if (isNewestShift(context.deployment.view, stage)) {
      await restoreAtOnce(target, weights, stage.environment, routing);
      return { weights, routed: true };
    }
    const isThere = isRouted(await target.state(), weights);
    if (!isThere) await routeAndConfirm(target, weights, stage.environment, routing);
    return { weights, routed: !isThere };
  },
};

/** A revision that stopped running since cannot serve anybody. */
function running(weights: Weights, { revisions }: TargetState): Weights {
  const alive = new Set(revisions.filter((known) => known.running).map((known) => known.revision));
  return Object.fromEntries(Object.entries(weights).filter(([name]) => alive.has(name)));
}

/** A router that refuses to do what is done already has done enough. */
async function restoreAtOnce(
  target: Target,
  wanted: Weights,
  environment: string,
  routing: Routing,
): Promise<void> {
  try {
    await routeAndConfirm(target, wanted, environment, routing);
  } catch (thrown) {
    if (!isRouted(await target.state(), wanted)) throw thrown;
  }
}

function isRouted({ weights, settled }: TargetState, wanted: Weights): boolean {
  return settled !== false && sameWeights(weights, wanted);
}

function captured(weights: Weights, remembered: Json | undefined): Json {
  return { weights, ...(remembered === undefined ? {} : { remembered }) };
}

async function routeAndConfirm(
  target: Target,
  wanted: Weights,
  environment: string,
  routing: Routing,
): Promise<void> {
  await target.route(wanted, routing);
  const { weights } = await target.state();
  if (sameWeights(weights, wanted)) return;
  throw new NoneventError(
    'TargetFailed',
    `the router of ${environment} has ${weightsInWords(weights)} after it was told ${weightsInWords(wanted)}`,
    { fields: { environment }, hint: 'look who else changes the weights of this environment' },
  );
}

/** What would be captured now is no state that anybody could want back. */
function unsettled(environment: string): NoneventError {
  return new NoneventError(
    'TargetFailed',
    `the target of ${environment} is in the middle of an earlier change, so there is nothing to go back to`,
    {
      fields: { environment },
      hint: 'look who else changes this environment, and try again when it is done',
    },
  );
}
