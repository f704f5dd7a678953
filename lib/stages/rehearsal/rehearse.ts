import { setTimeout as pause } from 'node:timers/promises';
import { NoneventError } from '../../nonevent-error.ts';
import type { RehearsalStage } from '../../pipeline/kinds/rehearsal.ts';
import type { Routing, Target, Weights } from '../../targets/target.ts';
import type { StageContext } from '../kind.ts';
import { type ShiftCapture, sameWeights, withTraffic } from '../weights.ts';
import { emptyTally, type Moment, type RehearsalStart, type Rehearsed } from './evidence.ts';
import { startLoad } from './load.ts';
import { mayMove } from './may-move.ts';
import { rollForwardMilliseconds } from './roll-forward.ts';

/**
 * Goes back to what was before and forward again, under load. Leaves the traffic as it was found, however it ends, unless the
 * deployment has gone on without this attempt.
 *
 * Errors: `Conflict` when it may not move the traffic any more; those of the target.
 */
export async function rehearse(
  stage: RehearsalStage,
  context: StageContext,
  target: Target,
  {
    url,
    before,
    start,
  }: { readonly url: URL; readonly before: ShiftCapture; readonly start: RehearsalStart },
): Promise<Rehearsed> {
  const { signal } = context;
  const { requestsPerSecond, path } = stage;
  const there = { weights: start.found, remembered: start.remembered };
  // An earlier attempt may have broken off in the middle.
  await move(stage, context, target, there);
  const load = startLoad({ url, requestsPerSecond, policy: context.addresses });
  const underLoad = async () => {
    await pause(stage.for * 1000, undefined, { signal });
    await load.begun(signal);
  };
  try {
    const found = await momentOf(target);
    await underLoad();
    load.endSide();
    const back = await move(stage, context, target, before);
    await underLoad();
    load.endSide();
    const forward = await move(stage, context, target, there);
    await underLoad();
    const [onFound = emptyTally(), onBack = emptyTally(), onForward = emptyTally()] = await load.stop();
    return {
      rehearsed: true,
      before: withTraffic(before.weights),
      found,
      back,
      forward,
      rollForwardMilliseconds: rollForwardMilliseconds(context.deployment.view, stage.environment),
      load: { path, found: onFound, back: onBack, forward: onForward },
    };
  } catch (thrown) {
    await leave(stage, context, target, there);
    throw thrown;
  } finally {
    await load.stop();
  }
}

type Side = { readonly weights: Weights; readonly remembered?: RehearsalStart['remembered'] };

/** One way: until the target says that it serves what it was told to. */
async function move(
  stage: RehearsalStage,
  context: StageContext,
  target: Target,
  side: Side,
): Promise<Rehearsed['back']> {
  if (!(await mayMove(context, stage))) throw gone(stage, context);
  const beganAt = performance.now();
  if (!(await isThere(target, side.weights))) {
    await target.route(withTraffic(side.weights), routingOf(side, context.signal));
  }
  const now = await momentOf(target);
  return { milliseconds: Math.round((performance.now() - beganAt) * 10) / 10, now };
}

/** Puts back what was found where this attempt still counts; the undo lane does it everywhere else. */
async function leave(
  stage: RehearsalStage,
  context: StageContext,
  target: Target,
  there: Side,
): Promise<void> {
  if (!(await mayMove(context, stage)) || (await isThere(target, there.weights))) return;
  await target.route(withTraffic(there.weights), routingOf(there));
}

async function isThere(target: Target, weights: Weights): Promise<boolean> {
  const now = await target.state();
  return now.settled !== false && sameWeights(now.weights, weights);
}

function routingOf({ remembered }: Side, signal?: AbortSignal): Routing {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(remembered === undefined ? {} : { remembered }),
  };
}

async function momentOf(target: Target): Promise<Moment> {
  const { weights, revisions } = await target.state();
  return {
    weights: withTraffic(weights),
    running: revisions
      .filter(({ running }) => running)
      .map(({ revision }) => revision)
      .toSorted(),
    exits: revisions.reduce((total, { exits }) => total + exits, 0),
  };
}

function gone({ environment }: RehearsalStage, { deployment }: StageContext): NoneventError {
  return new NoneventError(
    'Conflict',
    `the rehearsal may no longer move the traffic of ${environment}, expected deployment ${deployment.view.deployment} to hold its lease and to wait for it`,
    {
      fields: { environment, deployment: deployment.view.deployment },
      hint: `see what happened with \`nonevent history --environment ${environment}\``,
    },
  );
}
