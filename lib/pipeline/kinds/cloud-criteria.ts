import { z } from 'zod';
import { duration } from '../duration.ts';
import { type PrometheusBound, prometheusBound } from './prometheus-criteria.ts';

/** Periods that CloudWatch can sum up (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html). */
const SHORT_PERIODS: readonly number[] = [1, 5, 10, 20, 30];

/** A word of CloudWatch: printable ASCII. */
const word = z.string().regex(/^[\x20-\x7e]{1,255}$/, 'expected printable characters, at most 255');
const bound = z.number().refine(Number.isFinite, 'expected a finite number').optional();

const metricBound = z
  .strictObject({
    namespace: word.describe('The namespace, such as AWS/Lambda.'),
    metric: word.describe('The name of the metric, such as Errors.'),
    dimensions: z
      .record(word, word)
      .default({})
      .refine((given) => Object.keys(given).length <= 30, 'expected at most 30 dimensions')
      .describe('All dimensions of the metric, by name: CloudWatch knows it by exactly these.'),
    statistic: z
      .string()
      .regex(
        /^(Sum|Average|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d{1,2})?)$/,
        'expected Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p95',
      )
      .describe('Sum, Average, Minimum, Maximum, SampleCount, or a percentile such as p95.'),
    period: duration
      .refine(
        (seconds) => seconds % 60 === 0 || SHORT_PERIODS.includes(seconds),
        'expected whole minutes, or 1, 5, 10, 20 or 30 s',
      )
      .meta({ title: 'Duration' })
      .default(60)
      .describe('What one value stands for: whole minutes, or 1, 5, 10, 20 or 30 s.'),
    max: bound.describe('No value may be over this.'),
    min: bound.describe('No value may be under this.'),
    maxIncrease: bound.describe(
      'How much the mean may be over that of the same time right before the first change.',
    ),
  })
  .refine(
    ({ max, min, maxIncrease }) => [max, min, maxIncrease].some((one) => one !== undefined),
    'expected max, min or maxIncrease: a metric without a bound would say nothing',
  );
export type MetricBound = z.output<typeof metricBound>;

type Metrics = { readonly metrics?: readonly (MetricBound | PrometheusBound)[] | undefined };

/** The metrics of Amazon CloudWatch among those of an analysis. */
export function cloudMetricsOf({ metrics = [] }: Metrics): readonly MetricBound[] {
  return metrics.flatMap((metric) => ('prometheus' in metric ? [] : [metric]));
}

/** The metrics that revisions tell themselves among those of an analysis. */
export function prometheusMetricsOf({ metrics = [] }: Metrics): readonly PrometheusBound[] {
  return metrics.flatMap((metric) => ('prometheus' in metric ? [metric] : []));
}

/** What an analysis is told by others than the router. */
export const cloudCriteria = {
  metrics: z
    .array(z.union([metricBound, prometheusBound]).meta({ title: 'Metrics' }))
    .min(1)
    .max(10)
    .optional()
    .describe(
      'Metrics, each with `max`, `min` or `maxIncrease`: of Amazon CloudWatch in an AWS account, and with `prometheus` those that the new revision tells itself.',
    ),
  alarms: z
    .array(word)
    .min(1)
    .max(20)
    .optional()
    .describe(
      'In an AWS account: names of alarms of Amazon CloudWatch that must not be red. One that was red before the first change is left out while it stays so.',
    ),
};
