import { z } from 'zod';
import type { Judgement } from '../../history/deployment-events.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import { cloudMetricsOf, type MetricBound } from '../../pipeline/kinds/cloud-criteria.ts';
import type { Alarm, CloudMetrics } from '../cloud/metrics.ts';
import type { Json, StageContext } from '../kind.ts';
import { changedAt } from './changed-at.ts';
import { alarmSeen, holdAlarms } from './hold-alarms.ts';
import { holdMetrics, identityOf, metricSeen } from './hold-metrics.ts';

const alarmBefore = z.object({
  state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  since: z.number().nullable(),
});

/** What was before: the alarms, and the mean of each metric in the time right before the first change. */
const beginning = z.object({
  at: z.number(),
  changedAt: z.number(),
  alarms: z.record(z.string(), alarmBefore),
  meansBefore: z.array(z.number().nullable()),
});

/** What metrics and alarms said since. */
const cloudSeen = z.object({
  observedSeconds: z.number().min(0),
  metrics: z.array(metricSeen),
  alarms: z.array(alarmSeen),
});

/** Whether an analysis is about metrics or alarms of AWS. */
export function watchesCloud(stage: AnalysisStage): boolean {
  return cloudMetricsOf(stage).length > 0 || stage.alarms !== undefined;
}

/** Takes note of what was before. Error: `Unreachable` where there is no AWS to ask. */
export async function beginCloud(stage: AnalysisStage, context: StageContext): Promise<Json> {
  const source = sourceOf(context);
  const at = context.now();
  const changed = changedAt(context.deployment.view, stage.environment) ?? at;
  const found = await alarmsOf(source, stage);
  const meansBefore = await Promise.all(
    cloudMetricsOf(stage).map((metric) => meanBefore(source, metric, changed, stage.for)),
  );
  return { at, changedAt: changed, alarms: Object.fromEntries(found), meansBefore };
}

async function meanBefore(
  source: CloudMetrics,
  metric: MetricBound,
  until: number,
  seconds: number,
): Promise<number | null> {
  if (metric.maxIncrease === undefined) return null;
  const from = until - Math.max(seconds, metric.period) * 1000;
  // One period more at the beginning: as they begin at whole minutes, the last one ends a little before the change.
  const answered = await source.datapoints(metric, from - metric.period * 1000, until);
  return 'problem' in answered ? null : meanOf(answered.points.map(({ value }) => value));
}

/** Reads what metrics and alarms say since the beginning. */
export async function observeCloud(stage: AnalysisStage, context: StageContext, begun: Json): Promise<Json> {
  const source = sourceOf(context);
  const from = beginning.parse(begun);
  const now = context.now();
  const found = await alarmsOf(source, stage);
  const metrics = await Promise.all(
    cloudMetricsOf(stage).map(async (metric, index): Promise<z.output<typeof metricSeen>> => {
      const answered = await source.datapoints(metric, from.at, now);
      const values = 'problem' in answered ? [] : answered.points.map(({ value }) => value);
      return {
        of: identityOf(metric),
        values: values.length,
        lowest: values.length === 0 ? null : Math.min(...values),
        highest: values.length === 0 ? null : Math.max(...values),
        mean: meanOf(values),
        meanBefore: from.meansBefore[index] ?? null,
        problem: 'problem' in answered ? answered.problem : null,
      };
    }),
  );
  const alarms = (stage.alarms ?? []).map((name) => {
    const [before, after] = [from.alarms[name], found.get(name)];
    return { name, now: after ?? null, ignored: wasRed(before, after, from.changedAt) };
  });
  return { observedSeconds: Math.max(0, Math.floor(now - from.at) / 1000), metrics, alarms };
}

/** Red since before the change, without a pause: it says nothing of the change. */
function wasRed(before: Alarm | undefined, after: Alarm | undefined, changed: number): boolean {
  if (before?.state !== 'ALARM' || after?.state !== 'ALARM') return false;
  return before.since !== null && before.since < changed && after.since === before.since;
}

/** Holds the criteria against what was seen. A violation rejects at once; a pass needs the whole time, and a value for all of it. Pure. */
export function judgeCloud(stage: AnalysisStage, recorded: Json): Judgement {
  const seen = cloudSeen.safeParse(recorded);
  if (!seen.success) {
    const expected = 'metrics and alarms';
    return { verdict: 'inconclusive', expected, observed: 'no readable evidence of metrics and alarms' };
  }
  const { observedSeconds, metrics, alarms } = seen.data;
  const held = [...holdMetrics(stage, metrics), ...holdAlarms(stage.alarms ?? [], alarms)];
  const expected = held.map((one) => one.expected).join(' and ');
  const early = observedSeconds < stage.for ? [`${observedSeconds} s of ${stage.for} s observed`] : [];
  const observed = [...held.map((one) => one.observed), ...early].join('; ');
  if (held.some(({ holds }) => holds === false)) return { verdict: 'fail', expected, observed };
  const passes = held.length > 0 && early.length === 0 && held.every(({ holds }) => holds === true);
  return { verdict: passes ? 'pass' : 'inconclusive', expected, observed };
}

async function alarmsOf(
  source: CloudMetrics,
  { alarms }: AnalysisStage,
): Promise<ReadonlyMap<string, Alarm>> {
  return alarms === undefined ? new Map() : source.alarms(alarms);
}

function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value / values.length, 0);
}

function sourceOf({ cloud }: StageContext): CloudMetrics {
  if (cloud?.metrics !== undefined) return cloud.metrics;
  throw new NoneventError(
    'Unreachable',
    'the analysis names metrics or alarms of AWS, and there is no AWS here',
    {
      hint: 'run the pipeline in an AWS account, or leave metrics and alarms out',
    },
  );
}
