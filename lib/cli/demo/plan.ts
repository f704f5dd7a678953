import type { Outcome } from '../../lifecycle/view.ts';

/** The two services of the shop; each has a pipeline of its own name. */
export type Service = 'catalogue' | 'storefront';

/** How a deployment shall end. */
type Ending = {
  /** How it is done, in words. */
  readonly way: string;
  readonly outcome: Outcome;
  /** The stage that shall fail, and what its failure has to name; `null` for none. */
  readonly fails: { readonly stage: string; readonly naming: string } | null;
};

/** A release that is deployed. */
export type PlannedRelease = Ending & {
  readonly kind: 'release';
  readonly service: Service;
  readonly version: string;
};

/** A deployment that had succeeded and is rolled back. */
export type PlannedRollback = Ending & { readonly kind: 'rollback'; readonly of: PlannedRelease };

/** A deployment that had failed and is run again. */
export type PlannedRerun = Ending & { readonly kind: 'rerun'; readonly of: PlannedRelease };

/** A feature that is switched on, without a deployment. */
export type PlannedFlag = { readonly kind: 'flag'; readonly flag: string };

export type PlannedDeployment = PlannedRelease | PlannedRollback | PlannedRerun;
export type PlanStep = PlannedDeployment | PlannedFlag;

/** The change that gives the bad release its share of the traffic, and the check that shall find it out. */
export const BAD_SHIFT = 'release-10';
export const BAD_ANALYSIS = 'release-10-analysis';
/** The change that gives a release all of the traffic. */
export const WHOLE_SHIFT = 'release-100';

/** Where the users are. */
export const ENVIRONMENT = 'production';
export const PIPELINE = 'storefront';

/** The schema of the catalogue's database, and the only version of it that is left in the end. */
export const SCHEMA = 'products';
export const CONTRACTED_VERSION = 4;

const CANARY = 'canary 10 % → 50 % → 100 %';

const CATALOGUE = good('catalogue', '1.0.0', 'the first one, makes its database, blue-green');
export const FIRST = good('storefront', '1.0.0', 'the first one, blue-green');
export const SEARCH = good('storefront', '2.0.0', `a good one, ${CANARY}`);
const EXPANDED = good('catalogue', '1.1.0', 'expand: the prices get a column of whole cents');
export const ROLLBACK: PlannedRollback = {
  kind: 'rollback',
  of: SEARCH,
  way: 'the finished deployment is rolled back while users use it',
  outcome: 'rolledBack',
  fails: null,
};
const FILLED = good('catalogue', '1.2.0', 'data: the new column is filled, and a second API reads it');
const INCOMPATIBLE = bad('storefront', '4.0.0', 'needs an API that could go away again', {
  stage: 'staging-apis',
  naming: 'catalogue 1.1.0',
});
export const CONTRACTED = bad('catalogue', '1.3.0', 'contract: drops the old column, too early', {
  stage: 'acquire-production',
  naming: 'catalogue 1.1.0',
});
const CONFIGURED = good('catalogue', '1.2.1', 'a new setting only');
const CONTRACTED_LATER: PlannedRerun = {
  kind: 'rerun',
  of: CONTRACTED,
  way: 'again, now that nothing that may come back reads the old column',
  outcome: 'succeeded',
  fails: null,
};
export const GOOD = good('storefront', '2.1.0', `a good one, ${CANARY}`);
export const GIFT_WRAPPING: PlannedFlag = { kind: 'flag', flag: 'gift-wrapping' };
export const BAD = bad('storefront', '3.0.0', `a bad one, ${CANARY}`, {
  stage: BAD_ANALYSIS,
  naming: 'error rate',
});

/** What the demo does, in order. */
export const PLAN: readonly PlanStep[] = [
  CATALOGUE,
  FIRST,
  SEARCH,
  EXPANDED,
  ROLLBACK,
  FILLED,
  INCOMPATIBLE,
  CONTRACTED,
  CONFIGURED,
  CONTRACTED_LATER,
  GOOD,
  GIFT_WRAPPING,
  BAD,
];

/** The deployments among the steps, in order. */
export const DEPLOYMENTS: readonly PlannedDeployment[] = PLAN.flatMap((step) =>
  step.kind === 'flag' ? [] : [step],
);

/** What a step deploys, rolls back or runs again. Pure. */
export function releaseOf(planned: PlannedDeployment): PlannedRelease {
  return planned.kind === 'release' ? planned : planned.of;
}

/** `storefront 2.0.0`, `storefront 2.0.0, rolled back`. Pure. */
export function titleOf(planned: PlannedDeployment): string {
  const { service, version } = releaseOf(planned);
  const name = `${service} ${version}`;
  switch (planned.kind) {
    case 'release':
      return name;
    case 'rollback':
      return `${name}, rolled back`;
    case 'rerun':
      return `${name}, again`;
    default:
      return planned satisfies never;
  }
}

function good(service: Service, version: string, way: string): PlannedRelease {
  return { kind: 'release', service, version, way, outcome: 'succeeded', fails: null };
}

function bad(
  service: Service,
  version: string,
  way: string,
  fails: NonNullable<Ending['fails']>,
): PlannedRelease {
  return { kind: 'release', service, version, way, outcome: 'rolledBack', fails };
}
