import type { DeploymentId } from '../history/deployment-id.ts';
import type { EnvironmentDefinition } from '../pipeline/environment.ts';
import type { Json } from '../pipeline/json.ts';
import type { Digest } from '../pipeline/release.ts';

/** What is placed: a release's artifact under a name that is unique on the target. */
export type Revision = {
  /** `<version>-<first 8 digits of the deployment id>`. */
  readonly revision: string;
  readonly deployment: DeploymentId;
  readonly artifact: Digest;
};

/** Whole percents of the traffic; a revision that is not named gets none. They make 100, or there are none and nobody is served. */
export type Weights = Readonly<Record<string, number>>;

export type TargetState = {
  readonly revisions: readonly {
    readonly revision: string;
    readonly running: boolean;
    /** How often it was started again because it had ended by itself. */
    readonly restarts: number;
    /** How often it was seen to end by itself; not what was found ended when its target was opened. */
    readonly exits: number;
    /** Why it may not be removed although it has no traffic here, in words, where something else uses it. */
    readonly held?: string;
  }[];
  readonly weights: Weights;
  /** `false` while what was routed last is still being carried out; the weights are those that it leads to. @default true */
  readonly settled?: boolean;
};

/** What was placed: where it answers, or, where it has no address of its own, what it is called and what is known of it. */
export type Placed =
  | { readonly address: string }
  | { readonly address?: undefined; readonly id: string; readonly facts: Json };

/** What else `route` may use. */
export type Routing = {
  /** Ends the waiting. What was begun goes on; a repeated call finds it. */
  readonly signal?: AbortSignal;
  /** What `remember` gave when the weights were those that are routed to now. */
  readonly remembered?: Json;
};

/**
 * Traffic of one revision since the counters' `epoch` began. A request whose client went away before the answer is in
 * none of the figures.
 */
export type RevisionCounters = {
  /** Requests that were answered or lost. */
  readonly requests: number;
  /**
   * Answers per status class, known from the answer's headers. `lost` counts requests that got no answer from the
   * revision, and answers below 500 that broke off; so 5xx and lost together are the requests that failed.
   */
  readonly status: Readonly<Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx' | 'lost', number>>;
  /** Answers per bucket of LATENCY_BOUNDS by the time to their headers, and after those one for everything slower. */
  readonly latency: readonly number[];
};

/** The counters of a target. A new `epoch` means that counting began anew, so older snapshots cannot be subtracted. */
export type Counters = {
  readonly epoch: string;
  /** When the epoch began, in milliseconds since 1970: nothing from before was seen by whoever counts. */
  readonly since: number;
  /** Until when the counts are complete, where they come late; in milliseconds since 1970. @default now */
  readonly until?: number;
  readonly revisions: Readonly<Record<string, RevisionCounters>>;
};

/**
 * Where revisions run. Every call may be repeated: it finds what is already true and does only what is missing.
 *
 * Errors: `TargetFailed` (a revision cannot be placed, routed to or removed; with an excerpt of its log where it has one),
 * `Conflict` (what is there contradicts the call), `InvalidInput`.
 */
export type Target = {
  state(): Promise<TargetState>;
  /** Starts a revision without traffic and returns when it is healthy. */
  place(revision: Revision, signal: AbortSignal): Promise<Placed>;
  /** Stops a revision after its open requests have finished; refuses one that has traffic. */
  remove(revision: string): Promise<void>;
  /** Sets the weights of all revisions at once. No request is dropped. Every revision named must be running. */
  route(weights: Weights, routing?: Routing): Promise<void>;
  /**
   * Present where weights are not enough to come back to what is there now: what `route` will need for it. It is recorded, so it is
   * small and holds no secret. A revision that is returned to with it need not be placed again.
   */
  remember?(): Promise<Json>;
  counters(): Promise<Counters>;
  /** The base URL of a revision itself, or of the router that users reach; `undefined` where it is not running. */
  address(of: { readonly revision: string } | 'router'): Promise<string | undefined>;
};

/** Upper bounds of the latency buckets in milliseconds: 1 ms to about 65 s, four to each doubling. */
export const LATENCY_BOUNDS: readonly number[] = Array.from({ length: 65 }, (_, index) => 2 ** (index / 4));

/** Finds the target of a pipeline in an environment. */
export type Targets = {
  target(
    environment: string,
    pipeline: string,
    definition: EnvironmentDefinition,
    /** On whose behalf, for the records that a target's own service keeps. */
    deployment?: DeploymentId,
  ): Promise<Target>;
  /**
   * What revisions run on in a target of this definition, such as the operating system and its architecture, by name. Opens
   * and changes nothing.
   */
  runtime(definition: EnvironmentDefinition): Promise<Readonly<Record<string, string | number>>>;
};
