import { type MetricDataQuery, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import type { LambdaAliasTarget } from '../../../pipeline/target-kinds/lambda-alias.ts';
import { type Counters, LATENCY_BOUNDS, type RevisionCounters } from '../../target.ts';
import type { AwsGround } from '../ground.ts';
import { type FunctionState, nameOf } from './function-state.ts';

/** How late the figures of a minute may still come in. Lambda sends them once a minute, after the invocation has ended. */
const LATENESS_MILLISECONDS = 2 * 60_000;

/** Counting begins anew at the start of each week, so that snapshots can be subtracted and old figures need not be read. */
const WEEK_MILLISECONDS = 7 * 24 * 3_600_000;

const HOUR_SECONDS = 3600;

/** CloudWatch takes this many queries at once. */
const QUERIES_AT_MOST = 500;

const results = z.array(
  z.object({ Id: z.string().optional(), Values: z.array(z.number().min(0)).optional() }),
);

/**
 * What CloudWatch counted for each version of the alias since the week began. `Invocations` are the requests and `Errors` those that
 * failed; a throttled request is in neither. The answer time is not in it: CloudWatch keeps percentiles, which cannot be subtracted.
 */
export async function versionCounters(
  target: LambdaAliasTarget,
  state: FunctionState,
  { clients, now }: AwsGround,
): Promise<Counters> {
  const since = Math.floor(now() / WEEK_MILLISECONDS) * WEEK_MILLISECONDS;
  const versions = versionsOf(state);
  const sums = new Map<string, number>();
  for (let from = 0; from < versions.length * 2; from += QUERIES_AT_MOST) {
    const queries = versions.flatMap((version, index) => [
      query(`invocations${index}`, 'Invocations', target, version),
      query(`errors${index}`, 'Errors', target, version),
    ]);
    const pages = paginateGetMetricData(
      { client: clients.cloudWatch },
      {
        StartTime: new Date(since),
        EndTime: new Date(now()),
        MetricDataQueries: queries.slice(from, from + QUERIES_AT_MOST),
      },
    );
    for await (const page of pages) {
      for (const { Id = '', Values = [] } of results.parse(page.MetricDataResults ?? [])) {
        sums.set(
          Id,
          Values.reduce((sum, value) => sum + value, sums.get(Id) ?? 0),
        );
      }
    }
  }
  return {
    epoch: `cloudwatch-${new Date(since).toISOString().slice(0, 10)}`,
    since,
    until: now() - LATENESS_MILLISECONDS,
    revisions: Object.fromEntries(
      versions.map((version, index) => [
        nameOf(version, state.versions),
        counted(sums.get(`invocations${index}`) ?? 0, sums.get(`errors${index}`) ?? 0),
      ]),
    ),
  };
}

function versionsOf({ versions, alias }: FunctionState): readonly string[] {
  const placed = versions.map(({ version }) => version);
  return [...new Set([...placed, ...Object.keys(alias?.shares ?? {})])];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html: by executed version, for two versions of one alias. */
function query(id: string, metric: string, target: LambdaAliasTarget, version: string): MetricDataQuery {
  return {
    Id: id,
    ReturnData: true,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName: metric,
        Dimensions: [
          { Name: 'FunctionName', Value: target.function },
          { Name: 'Resource', Value: `${target.function}:${target.alias}` },
          { Name: 'ExecutedVersion', Value: version },
        ],
      },
      Period: HOUR_SECONDS,
      Stat: 'Sum',
    },
  };
}

function counted(requests: number, errors: number): RevisionCounters {
  // The two figures come in one after the other.
  const all = Math.round(Math.max(requests, errors));
  const failed = Math.round(errors);
  return {
    requests: all,
    status: { '1xx': 0, '2xx': all - failed, '3xx': 0, '4xx': 0, '5xx': failed, lost: 0 },
    latency: [...LATENCY_BOUNDS.map(() => 0), 0],
  };
}
