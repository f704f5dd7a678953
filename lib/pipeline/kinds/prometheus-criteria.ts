import { z } from 'zod';

const bound = z.number().refine(Number.isFinite, 'expected a finite number').optional();

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
const metricName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_:][A-Za-z0-9_:]*$/, 'expected the name of a metric, such as http_requests_total');
const labelName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of a label, such as code');

/** A bound on a metric that the new revision tells itself, in the text format of Prometheus. */
export const prometheusBound = z
  .strictObject({
    prometheus: z
      .strictObject({
        path: z
          .string()
          .max(500)
          .regex(/^\/(?!\/)[\x21-\x7e]*$/, 'expected a path such as /metrics')
          .default('/metrics')
          .describe('Where each revision itself answers with its metrics.'),
        name: metricName.describe('The name of the metric.'),
        labels: z
          .record(labelName, z.string().max(1000))
          .default({})
          .refine((given) => Object.keys(given).length <= 20, 'expected at most 20 labels')
          .describe('Labels that a series must have, by name, to be meant. It may have others too.'),
        type: z
          .enum(['gauge', 'counter'])
          .default('gauge')
          .describe(
            '`gauge`: its value at each measurement, of exactly one series. `counter`: how much all series that are meant have grown, per second.',
          ),
      })
      .describe('On one machine: a metric of the new revision, in the text format of Prometheus.'),
    max: bound.describe('No value may be over this.'),
    min: bound.describe('No value may be under this.'),
    maxIncrease: bound.describe('For a gauge: how much it may be over that of the live revision.'),
    maxRatio: z
      .number()
      .positive()
      .max(1000)
      .optional()
      .describe('For a gauge: how many times that of the live revision it may be.'),
  })
  .refine(
    ({ max, min, maxIncrease, maxRatio }) =>
      [max, min, maxIncrease, maxRatio].some((one) => one !== undefined),
    'expected max, min, maxIncrease or maxRatio: a metric without a bound would say nothing',
  )
  .refine(
    ({ prometheus, maxIncrease, maxRatio }) =>
      prometheus.type === 'gauge' || (maxIncrease === undefined && maxRatio === undefined),
    'expected max or min: how fast a counter grows depends on how much traffic each revision gets',
  );
export type PrometheusBound = z.output<typeof prometheusBound>;
