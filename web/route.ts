export const VIEWS = ['stages', 'timeline', 'log'] as const;
export type ViewName = (typeof VIEWS)[number];

/** What the address says: the overview, or a deployment in one of its views, as of a commit or as it is now. */
export type Route =
  | { readonly page: 'overview' }
  | {
      readonly page: 'deployment';
      readonly deployment: string;
      readonly view: ViewName;
      readonly at: number | undefined;
    };

/** Reads an address; what it does not understand it takes for the default. Pure. */
export function routeOf(pathname: string, search: string): Route {
  const deployment = /^\/deployments\/([^/]+)$/.exec(pathname)?.[1];
  if (deployment === undefined) return { page: 'overview' };
  const query = new URLSearchParams(search);
  const at = Number(query.get('at') ?? Number.NaN);
  return {
    page: 'deployment',
    deployment: decodeURIComponent(deployment),
    view: VIEWS.find((view) => view === query.get('view')) ?? 'stages',
    at: Number.isInteger(at) && at >= 1 ? at : undefined,
  };
}

/** The address of a route; reading it gives the route back. Pure. */
export function addressOf(route: Route): string {
  if (route.page === 'overview') return '/';
  const query = new URLSearchParams();
  if (route.view !== 'stages') query.set('view', route.view);
  if (route.at !== undefined) query.set('at', String(route.at));
  const search = query.size === 0 ? '' : `?${query}`;
  return `/deployments/${encodeURIComponent(route.deployment)}${search}`;
}
