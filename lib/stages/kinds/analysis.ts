import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import { beginCloud, judgeCloud, observeCloud, watchesCloud } from '../analysis/cloud.ts';
import { beginExits, judgeExits, observeExits } from '../analysis/exits.ts';
import { together } from '../analysis/judge-together.ts';
import { judgesTraffic, judgeTraffic, requestsNeeded } from '../analysis/judge-traffic.ts';
import { beginMeasuring, measure } from '../analysis/measure.ts';
import {
  beginPrometheus,
  judgePrometheus,
  observePrometheus,
  watchesPrometheus,
} from '../analysis/prometheus.ts';
import type { CheckKind, Json, StageContext } from '../kind.ts';
import { targetOf } from '../target-of.ts';

/** Judges the placed revision on the traffic it gets, against the live one. Measured again and again until it can be said. */
export const analysisKind: CheckKind<AnalysisStage> = {
  recoveries: {
    ...USUAL_RECOVERIES,
    inconclusive: 'extend',
    // Only one reading of the counters is meant, not the window. Reading again changes nothing.
    timedOut: 'retry',
  },

  async begin(stage, context) {
    const told: Fields = {
      ...(watchesCloud(stage) ? { cloud: await beginCloud(stage, context) } : {}),
      ...(watchesPrometheus(stage) ? { prometheus: await beginPrometheus(stage, context) } : {}),
    };
    if (!judgesTraffic(stage)) return { ...told, exits: await beginExits(stage, context) };
    const target = await targetOf(context, stage.environment);
    const begun = await beginMeasuring(target, context.deployment.view, stage.environment, context.now());
    return { ...(begun as Fields), ...told };
  },

  async observe(stage, context, begun) {
    const told: Fields = {
      ...(watchesCloud(stage) ? { cloud: await observeCloud(stage, context, partOf(begun, 'cloud')) } : {}),
      ...(watchesPrometheus(stage)
        ? {
            prometheus: await observePrometheus(
              stage,
              context,
              partOf(begun, 'prometheus'),
              partOf(earlierOf(stage, context), 'prometheus'),
            ),
          }
        : {}),
    };
    if (!judgesTraffic(stage))
      return { evidence: { ...told, exits: await observeExits(stage, context, partOf(begun, 'exits')) } };
    const target = await targetOf(context, stage.environment);
    const window = { seconds: stage.for, minRequests: requestsNeeded(stage) };
    return { evidence: { ...(await measure(target, begun, window, context.now())), ...told } };
  },

  judge(stage, recorded) {
    return together([
      ...(judgesTraffic(stage) ? [judgeTraffic(stage, recorded)] : judgeExits(partOf(recorded, 'exits'))),
      ...(watchesCloud(stage) ? [judgeCloud(stage, partOf(recorded, 'cloud'))] : []),
      ...(watchesPrometheus(stage) ? [judgePrometheus(stage, partOf(recorded, 'prometheus'))] : []),
    ]);
  },

  async reusable() {
    return { never: 'it judges the traffic of a revision that is placed anew' };
  },
};

type Fields = { readonly [name: string]: Json };

/** What the look before has recorded. */
function earlierOf({ name }: AnalysisStage, { deployment }: StageContext): Json {
  return deployment.view.stages.find((known) => known.name === name)?.evidence ?? null;
}

/** What was recorded of metrics and alarms of AWS, of metrics that revisions tell themselves, or of a revision that ended. */
function partOf(recorded: Json, part: 'cloud' | 'prometheus' | 'exits'): Json {
  if (typeof recorded !== 'object' || recorded === null || Array.isArray(recorded)) return null;
  return (recorded as Fields)[part] ?? null;
}
