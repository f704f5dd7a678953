import type { Outcome } from '../../lifecycle/view.ts';

/** A release of the storefront, and how its deployment shall end. */
export type PlannedRelease = {
  readonly version: '1.0.0' | '2.0.0' | '3.0.0';
  /** How it is released, in words. */
  readonly way: string;
  readonly outcome: Outcome;
  /** The stage that shall fail; `null` for none. */
  readonly failedStage: string | null;
};

/** The change that gives the bad release its share of the traffic, and the check that shall find it out. */
export const BAD_SHIFT = 'release-10';
export const BAD_ANALYSIS = 'release-10-analysis';

export const ENVIRONMENT = 'production';
export const PIPELINE = 'storefront';

export const FIRST: PlannedRelease = {
  version: '1.0.0',
  way: 'the first one, blue-green',
  outcome: 'succeeded',
  failedStage: null,
};
export const SECOND: PlannedRelease = {
  version: '2.0.0',
  way: 'a good one, canary 10 % → 50 % → 100 %',
  outcome: 'succeeded',
  failedStage: null,
};
export const THIRD: PlannedRelease = {
  version: '3.0.0',
  way: 'a bad one, canary 10 % → 50 % → 100 %',
  outcome: 'rolledBack',
  failedStage: BAD_ANALYSIS,
};

/** What the demo deploys, in order. */
export const PLAN: readonly PlannedRelease[] = [FIRST, SECOND, THIRD];
