import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataOutput,
} from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { messageOf, NoneventError, nameOf } from '../../nonevent-error.ts';
import type { Alarm, CloudMetrics, Datapoint, MetricName } from './metrics.ts';

/** Reads metrics and alarms of Amazon CloudWatch. What makes no sense is no evidence: the answer then says why. */
export function createCloudMetrics(client: CloudWatchClient): CloudMetrics {
  return {
    async datapoints(metric, from, to) {
      const period = metric.period * 1000;
      const [first, last] = [Math.ceil(from / period) * period, Math.floor(to / period) * period];
      if (last <= first) return { points: [] };
      const periods = (last - first) / period;
      const answered = await asked(client, metric, first, last, periods);
      return 'problem' in answered ? answered : readable(answered.points, first, last, period);
    },

    async alarms(names) {
      const { MetricAlarms = [], CompositeAlarms = [] } = await reached(() =>
        client.send(
          new DescribeAlarmsCommand({
            AlarmNames: [...names],
            AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
            MaxRecords: 100,
          }),
        ),
      );
      const found = [...MetricAlarms, ...CompositeAlarms].flatMap((given) => {
        const parsed = alarm.safeParse(given);
        return parsed.success ? [parsed.data] : [];
      });
      return new Map(
        found
          .filter(({ AlarmName }) => names.includes(AlarmName))
          .map(({ AlarmName, StateValue, StateTransitionedTimestamp }): [string, Alarm] => [
            AlarmName,
            { state: StateValue, since: StateTransitionedTimestamp?.getTime() ?? null },
          ]),
      );
    },
  };
}

const alarm = z.object({
  AlarmName: z.string(),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  StateTransitionedTimestamp: z.date().optional(),
});

/** An answer of one metric needs one page. More are asked for, as the service may give fewer at a time, but not without end. */
const PAGES_AT_MOST = 5;
const ID = 'asked';

type Answered = { readonly points: readonly Datapoint[] } | { readonly problem: string };

async function asked(
  client: CloudWatchClient,
  metric: MetricName,
  from: number,
  to: number,
  periods: number,
): Promise<Answered> {
  const points: Datapoint[] = [];
  let token: string | undefined;
  let status: string | undefined;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const NextToken = token;
    const answer = await reached(() =>
      client.send(
        new GetMetricDataCommand({
          MetricDataQueries: [{ Id: ID, MetricStat: statOf(metric), ReturnData: true }],
          StartTime: new Date(from),
          EndTime: new Date(to),
          ScanBy: 'TimestampAscending',
          MaxDatapoints: periods + 1,
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
      ),
    );
    const read = pageOf(answer);
    if ('problem' in read) return read;
    points.push(...read.points);
    if (points.length > periods) {
      return { problem: `more values came than there are periods: expected at most ${periods}` };
    }
    status = read.status ?? status;
    token = answer.NextToken;
    if (token === undefined) break;
  }
  if (token !== undefined) return { problem: `its values did not end after ${PAGES_AT_MOST} pages` };
  if (status !== 'Complete') return { problem: `its values are not complete: ${status ?? 'no answer'}` };
  return { points };
}

function statOf({ namespace, metric, dimensions, statistic, period }: MetricName) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    Metric: { Namespace: namespace, MetricName: metric, Dimensions },
    Period: period,
    Stat: statistic,
  };
}

function pageOf({
  MetricDataResults = [],
}: GetMetricDataOutput):
  | { readonly points: readonly Datapoint[]; readonly status: string | undefined }
  | { readonly problem: string } {
  const [result, ...more] = MetricDataResults;
  if (more.length > 0) {
    return { problem: `${MetricDataResults.length} series came: expected the one that was asked for` };
  }
  const { Timestamps = [], Values = [], StatusCode } = result ?? {};
  if (Timestamps.length !== Values.length) return { problem: 'its values and their times do not match' };
  const points = Timestamps.map((at, index) => ({ at: at.getTime(), value: Values[index] ?? Number.NaN }));
  return { points, status: StatusCode };
}

/** No metric has values beyond this (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html). */
const LARGEST = 2 ** 360;

function readable(points: readonly Datapoint[], first: number, last: number, period: number): Answered {
  const within = points.filter(({ at }) => at >= first && at + period <= last);
  const odd = within.find(({ value }) => !Number.isFinite(value) || Math.abs(value) > LARGEST);
  if (odd !== undefined) return { problem: `a value makes no sense: ${odd.value}` };
  return { points: within.toSorted((one, other) => one.at - other.at) };
}

async function reached<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (thrown) {
    const name = nameOf(thrown);
    throw new NoneventError('Unreachable', `cloudwatch did not answer: ${name}: ${messageOf(thrown)}`, {
      hint: 'look whether the role of the stage may read metrics and alarms',
      cause: thrown,
    });
  }
}
