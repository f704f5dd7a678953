import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import { beginCloud, judgeCloud, observeCloud, watchesCloud } from '../analysis/cloud.ts';
import { together } from '../analysis/judge-together.ts';
import { judgesTraffic, judgeTraffic, requestsNeeded } from '../analysis/judge-traffic.ts';
import { beginMeasuring, measure } from '../analysis/measure.ts';
import type { CheckKind, Json } from '../kind.ts';
import { targetOf } from '../target-of.ts';

/** Judges the placed revision on the traffic it gets, against the live one. Measured again and again until it can be said. */
export const analysisKind: CheckKind<AnalysisStage> = {
  recoveries: {
    rejected: 'compensate',
    inconclusive: 'extend',
    errored: 'retry',
    // Only one reading of the counters is meant, not the window. Reading again changes nothing.
    timedOut: 'retry',
    lost: 'retry',
    stopped: 'compensate',
    superseded: 'compensate',
  },

  async begin(stage, context) {
    const cloud: Fields = watchesCloud(stage) ? { cloud: await beginCloud(stage, context) } : {};
    if (!judgesTraffic(stage)) return cloud;
    const target = await targetOf(context, stage.environment);
    const begun = await beginMeasuring(target, context.deployment.view, stage.environment, context.now());
    return { ...(begun as Fields), ...cloud };
  },

  async observe(stage, context, begun) {
    const cloud: Fields = watchesCloud(stage)
      ? { cloud: await observeCloud(stage, context, partOf(begun)) }
      : {};
    if (!judgesTraffic(stage)) return { evidence: cloud };
    const target = await targetOf(context, stage.environment);
    const window = { seconds: stage.for, minRequests: requestsNeeded(stage) };
    return { evidence: { ...(await measure(target, begun, window, context.now())), ...cloud } };
  },

  judge(stage, recorded) {
    return together([
      ...(judgesTraffic(stage) ? [judgeTraffic(stage, recorded)] : []),
      ...(watchesCloud(stage) ? [judgeCloud(stage, partOf(recorded))] : []),
    ]);
  },

  async reusable() {
    return { never: 'it judges the traffic of a revision that is placed anew' };
  },
};

type Fields = { readonly [name: string]: Json };

/** What was recorded of metrics and alarms. */
function partOf(recorded: Json): Json {
  if (typeof recorded !== 'object' || recorded === null || Array.isArray(recorded)) return null;
  return (recorded as Fields).cloud ?? null;
}
