import type { MetricBound } from '../../pipeline/kinds/cloud-criteria.ts';

/** One metric, and what its values sum up. */
export type MetricName = Pick<MetricBound, 'namespace' | 'metric' | 'dimensions' | 'statistic' | 'period'>;

/** A value of a metric: of the period that begins at `at`, in milliseconds since 1970. */
export type Datapoint = { readonly at: number; readonly value: number };
export type Alarm = {
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** When it came to this state, in milliseconds since 1970; `null` where nobody says. */
  readonly since: number | null;
};

/** What is measured of services in AWS. */
export type CloudMetrics = {
  /**
   * The values of whole periods that lie between two times, oldest first; or, in words, why what came is no evidence.
   * Error: `Unreachable`.
   */
  datapoints(
    metric: MetricName,
    from: number,
    to: number,
  ): Promise<{ readonly points: readonly Datapoint[] } | { readonly problem: string }>;
  /** The alarms that exist of those that are named. Error: `Unreachable`. */
  alarms(names: readonly string[]): Promise<ReadonlyMap<string, Alarm>>;
};
