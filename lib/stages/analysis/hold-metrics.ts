import { z } from 'zod';
import { canonicalJson } from '../../history/canonical-json.ts';
import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import { cloudMetricsOf, type MetricBound } from '../../pipeline/kinds/cloud-criteria.ts';

/** A metric since the analysis began, over whole periods. */
export const metricSeen = z.object({
  of: z.object({
    namespace: z.string(),
    metric: z.string(),
    dimensions: z.record(z.string(), z.string()),
    statistic: z.string(),
    period: z.number(),
  }),
  values: z.int().min(0),
  lowest: z.number().nullable(),
  highest: z.number().nullable(),
  mean: z.number().nullable(),
  /** In the time right before the first change; `null` where that is not asked, or was not known. */
  meanBefore: z.number().nullable(),
  /** Why there is no evidence, where there is none. */
  problem: z.string().nullable(),
});
export type MetricSeen = z.output<typeof metricSeen>;

/** A criterion held against what was seen. `holds` is `undefined` where that cannot be said. */
export type HeldCriterion = {
  readonly expected: string;
  readonly observed: string;
  readonly holds: boolean | undefined;
};

/** Rounding in a mean is no violation. */
const EPSILON = 1e-9;

/** Holds each metric's bounds. A bound holds only when there is a value for each period of the time that is observed. Pure. */
export function holdMetrics(stage: AnalysisStage, seen: readonly MetricSeen[]): readonly HeldCriterion[] {
  return cloudMetricsOf(stage).map((metric) => {
    const expected = boundsInWords(metric);
    const found = seen.find((one) => isSame(one.of, metric));
    if (found === undefined || found.problem !== null || found.values === 0) {
      const why = found?.problem ?? 'no values';
      return { expected, observed: `${nameOf(metric)}: ${why}`, holds: undefined };
    }
    const needed = Math.max(1, Math.floor(stage.for / metric.period));
    const missing = found.values < needed ? `, ${found.values} of ${needed} values needed` : '';
    return {
      expected,
      observed: `${valuesInWords(metric, found)}${missing}`,
      holds: isViolated(metric, found, missing !== '') ? false : holdsFor(metric, found, missing),
    };
  });
}

/** What was recorded may be held against other criteria later: then only what is about the same values counts. */
function isSame(recorded: MetricSeen['of'], metric: MetricBound): boolean {
  return canonicalJson(recorded) === canonicalJson(identityOf(metric));
}

/** What makes a metric that one, without its bounds. Pure. */
export function identityOf({
  namespace,
  metric,
  dimensions,
  statistic,
  period,
}: MetricBound): MetricSeen['of'] {
  return { namespace, metric, dimensions, statistic, period };
}

function isViolated({ max, min, maxIncrease }: MetricBound, seen: MetricSeen, isEarly: boolean): boolean {
  const { lowest, highest, mean, meanBefore } = seen;
  if (max !== undefined && highest !== null && highest > max) return true;
  if (min !== undefined && lowest !== null && lowest < min) return true;
  // A mean of few values says little.
  if (isEarly || maxIncrease === undefined || mean === null || meanBefore === null) return false;
  return mean - meanBefore > maxIncrease + EPSILON;
}

function holdsFor(
  { maxIncrease }: MetricBound,
  { meanBefore }: MetricSeen,
  missing: string,
): true | undefined {
  if (missing !== '' || (maxIncrease !== undefined && meanBefore === null)) return undefined;
  return true;
}

function boundsInWords(metric: MetricBound): string {
  const { max, min, maxIncrease } = metric;
  const bounds = [
    ...(max === undefined ? [] : [`<= ${max}`]),
    ...(min === undefined ? [] : [`>= ${min}`]),
    ...(maxIncrease === undefined ? [] : [`mean <= mean before + ${maxIncrease}`]),
  ];
  return `${nameOf(metric)} ${bounds.join(' and ')}`;
}

function valuesInWords(metric: MetricBound, { lowest, highest, mean, meanBefore }: MetricSeen): string {
  const span = lowest === highest ? `${highest}` : `${lowest} to ${highest}`;
  if (metric.maxIncrease === undefined || mean === null) return `${nameOf(metric)} ${span}`;
  const before = meanBefore === null ? 'nothing known from before' : `mean before ${short(meanBefore)}`;
  return `${nameOf(metric)} ${span}, mean ${short(mean)}, ${before}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function nameOf({ namespace, metric, statistic }: MetricBound): string {
  return `${namespace} ${metric} (${statistic})`;
}
