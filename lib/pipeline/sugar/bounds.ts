/** Whether an analysis holds the revision against anything at all. */
export function hasBound(errorRate: object | undefined, p95: object | undefined): boolean {
  return [errorRate, p95].some(
    (bounds) => bounds !== undefined && Object.values(bounds).some((bound) => bound !== undefined),
  );
}

/** What is said of an analysis without a bound. */
export const NO_BOUND = {
  error: 'an analysis without a bound would pass whatever happens: expected errorRate or p95 with a bound',
  params: { code: 'NE212' },
};
