import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Flags } from '../environments/flags.ts';
import type { Judgement } from '../history/deployment-events.ts';
import type { EventStore } from '../history/event-store.ts';
import type { Deployment } from '../lifecycle/deployment.ts';
import type { Recoveries } from '../lifecycle/recoveries.ts';
import type { Json } from '../pipeline/json.ts';
import type { Digest } from '../pipeline/release.ts';
import type { ChangeStage, CheckStage } from '../pipeline/stage.ts';
import type { Targets } from '../targets/target.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { AwaitedKind } from './awaited-kind.ts';
import type { Cloud } from './cloud.ts';

export type { Json } from '../pipeline/json.ts';

/** What a stage may use. Nothing else reaches the outside. */
export type StageContext = {
  readonly deployment: Deployment;
  readonly store: EventStore;
  readonly targets: Targets;
  readonly artifacts: Artifacts;
  readonly flags: Flags;
  /** Which addresses an `http` check may ask. */
  readonly addresses: AddressPolicy;
  /** What AWS does for stages; `undefined` on a machine without it. */
  readonly cloud?: Cloud | undefined;
  /** A folder for logs and working copies of this deployment; it exists. */
  readonly workFolder: string;
  /** The attempt's number, from 1. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborts when the attempt runs out of time or the deployment is stopped. */
  readonly signal: AbortSignal;
};

/**
 * A check splits what it sees from what it thinks. `observe` has effects and its evidence is recorded; `judge` is pure,
 * so every old verdict can be derived again from the history.
 */
export type CheckKind<S extends CheckStage> = {
  readonly recoveries: Recoveries;
  /** What later observations are measured from; recorded with the start of the attempt. */
  readonly begin?: (stage: S, context: StageContext) => Promise<Json>;
  readonly observe: (stage: S, context: StageContext, begun: Json) => Promise<Observation>;
  readonly judge: (stage: S, evidence: Json) => Judgement;
  /** How a stage of this kind that awaits an answer gets what `judge` takes. */
  readonly awaited?: AwaitedKind<S, Observation>;
  /**
   * Whether what it finds holds again in a later deployment of the same definition and release, and the facts of the
   * environment that this rests on. Changes nothing.
   */
  readonly reusable: (stage: S, context: StageContext) => Promise<Reusable>;
};

/** `facts` is null where a check depends on nothing but its definition, its release and the artifact that reaches it. */
export type Reusable = { readonly facts: Json } | { readonly never: string };

export type Observation = { readonly evidence: Json; readonly artifact?: Digest };

/**
 * A change captures what it will overwrite, applies, and can restore. All three may be repeated. The first capture is
 * recorded before anything is applied and is the one that `undo` gets.
 */
export type ChangeKind<S extends ChangeStage> = {
  readonly recoveries: Recoveries;
  readonly capture: (stage: S, context: StageContext) => Promise<Json>;
  readonly apply: (stage: S, context: StageContext, capture: Json) => Promise<Applied | NotApplied>;
  readonly undo: (stage: S, context: StageContext, capture: Json) => Promise<Json>;
  /** How a stage of this kind that awaits an answer is made, in place of `apply`. */
  readonly awaited?: AwaitedKind<S, Applied>;
};

/** What a change did, with the two sides of its question in words. */
export type Applied = { readonly evidence: Json; readonly expected: string; readonly observed: string };

/**
 * A change that could not be made. `yet`: it waits for others, and is asked again until the timeout of its stage; only for stages
 * that are polled. `superseded`: something newer took its place.
 */
export type NotApplied = Applied & { readonly notApplied: 'yet' | 'superseded' };
