import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { serve } from './serve.ts';

type Value = number | 'NaN' | 'Infinity';
type Asked = {
  readonly MetricDataQueries: readonly {
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
  }[];
  readonly StartTime: number;
  readonly EndTime: number;
  readonly MaxDatapoints?: number;
  readonly AlarmNames?: readonly string[];
};

export type FakeCloudWatch = {
  readonly client: CloudWatchClient;
  /** Values by metric (`namespace/name/Dimension=value/statistic`) and by the beginning of their period, in seconds. */
  readonly metrics: Map<string, Map<number, Value>>;
  /** State and time of its last change, in seconds, by name. */
  readonly alarms: Map<string, { state: string; since: number }>;
  /** Changes what is answered next, for faults of the service. */
  readonly twist: { answer: ((answer: Record<string, unknown>) => unknown) | undefined; status: number };
};

/**
 * Amazon CloudWatch as this SDK speaks to it, in JSON 1.0: GetMetricData and DescribeAlarms
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html, API_DescribeAlarms.html).
 * A metric is known by exactly its dimensions; times are inclusive at the start and exclusive at the end; a period without data has no
 * value; an alarm that does not exist is left out.
 */
export async function fakeCloudWatch(): Promise<FakeCloudWatch> {
  const metrics: FakeCloudWatch['metrics'] = new Map();
  const alarms: FakeCloudWatch['alarms'] = new Map();
  const twist: FakeCloudWatch['twist'] = { answer: undefined, status: 200 };
  const service = await serve(({ headers, body }) => {
    const asked = JSON.parse(body.toString()) as Asked;
    const operation = String(headers['x-amz-target']).split('.')[1];
    const answer =
      operation === 'GetMetricData'
        ? metricData(metrics, asked)
        : describeAlarms(alarms, asked.AlarmNames ?? []);
    return {
      status: twist.status,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify(twist.answer === undefined ? answer : twist.answer(answer)),
    };
  });
  return { client: new CloudWatchClient({ ...service, maxAttempts: 1 }), metrics, alarms, twist };
}

function metricData(metrics: FakeCloudWatch['metrics'], asked: Asked): Record<string, unknown> {
  const MetricDataResults = asked.MetricDataQueries.map(({ Id, MetricStat }) => {
    const { Metric, Stat } = MetricStat;
    const dimensions = Metric.Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).toSorted();
    const key = [Metric.Namespace, Metric.MetricName, ...dimensions, Stat].join('/');
    const points = [...(metrics.get(key) ?? [])]
      .filter(([at]) => at >= asked.StartTime && at < asked.EndTime)
      .toSorted(([one], [other]) => one - other)
      .slice(0, asked.MaxDatapoints ?? 100_800);
    return {
      Id,
      Timestamps: points.map(([at]) => at),
      Values: points.map(([, value]) => value),
      StatusCode: 'Complete',
    };
  });
  return { MetricDataResults };
}

function describeAlarms(alarms: FakeCloudWatch['alarms'], names: readonly string[]): Record<string, unknown> {
  const MetricAlarms = names.flatMap((AlarmName) => {
    const found = alarms.get(AlarmName);
    return found === undefined
      ? []
      : [{ AlarmName, StateValue: found.state, StateTransitionedTimestamp: found.since }];
  });
  return { MetricAlarms, CompositeAlarms: [] };
}
