/** Whether an analysis states a bound on the traffic of the new revision. */
export function hasBound(errorRate: object | undefined, p95: object | undefined): boolean {
  return [errorRate, p95].some(
    (bounds) => bounds !== undefined && Object.values(bounds).some((bound) => bound !== undefined),
  );
}

type Criteria = {
  readonly errorRate?: object | undefined;
  readonly p95?: object | undefined;
  readonly metrics?: readonly object[] | undefined;
  readonly alarms?: readonly string[] | undefined;
};

/** Whether an analysis holds the revision against anything at all. */
export function hasCriterion({ errorRate, p95, metrics, alarms }: Criteria): boolean {
  return hasBound(errorRate, p95) || metrics !== undefined || alarms !== undefined;
}

/** What is said of an analysis without a bound. */
export const NO_BOUND = {
  error:
    'an analysis without a bound would pass whatever happens: expected errorRate or p95 with a bound, metrics or alarms',
  params: { code: 'NE212' },
};

/** Whether an analysis that is about traffic says how much of it is enough. */
export function saysEnough(criteria: Criteria & { readonly minRequests?: number | undefined }): boolean {
  return criteria.minRequests !== undefined || !hasBound(criteria.errorRate, criteria.p95);
}

/** What is said of one that does not. */
export const NO_MINIMUM = {
  error: 'expected minRequests: how many requests are enough to judge errorRate and p95 by',
  path: ['minRequests'],
};
