import { json, jsonError, type ServiceFake } from './aws-fake.ts';

export type MetricsFake = ServiceFake & {
  /** What has been counted since the beginning of time, by executed version. */
  readonly counts: Map<string, { invocations: number; errors: number }>;
};

type Query = {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
};

/**
 * CloudWatch as far as sums of Lambda's metrics by executed version are asked for: at most 500 queries, periods of whole minutes, a
 * metric without figures has no values (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
 */
export function lambdaMetricsFake(resource: string): MetricsFake {
  const counts: MetricsFake['counts'] = new Map();
  return {
    service: 'monitoring',
    counts,
    answer({ body, headers }) {
      if (!String(headers['x-amz-target']).endsWith('.GetMetricData'))
        return jsonError(400, 'UnknownOperation', 'only GetMetricData is known');
      const { MetricDataQueries } = JSON.parse(body.toString()) as { MetricDataQueries: readonly Query[] };
      if (MetricDataQueries.length > 500) return jsonError(400, 'ValidationError', 'at most 500 queries');
      return json({
        MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: { Metric, Period, Stat } }) => {
          const of = (name: string) => Metric.Dimensions.find(({ Name }) => Name === name)?.Value;
          const counted = counts.get(of('ExecutedVersion') ?? '');
          const isKnown =
            Metric.Namespace === 'AWS/Lambda' &&
            of('Resource') === resource &&
            of('FunctionName') === resource.split(':')[0] &&
            Stat === 'Sum' &&
            Period % 60 === 0;
          const value = Metric.MetricName === 'Errors' ? counted?.errors : counted?.invocations;
          return { Id, StatusCode: 'Complete', Values: isKnown && value ? [value] : [] };
        }),
      });
    },
  };
}
