import type { Flags } from '../environments/flags.ts';
import type { Judgement } from '../history/deployment-events.ts';
import type { EventStore } from '../history/event-store.ts';
import type { Deployment } from '../lifecycle/deployment.ts';
import type { Recoveries } from '../lifecycle/failure.ts';
import type { Json } from '../pipeline/json.ts';
import type { Digest } from '../pipeline/release.ts';
import type { ChangeStage, CheckStage } from '../pipeline/stage.ts';
import type { Targets } from '../targets/target.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { Artifacts } from './artifacts.ts';

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
};

export type Observation = { readonly evidence: Json; readonly artifact?: Digest };

/**
 * A change captures what it will overwrite, applies, and can restore. All three may be repeated. The first capture is
 * recorded before anything is applied and is the one that `undo` gets.
 */
export type ChangeKind<S extends ChangeStage> = {
  readonly recoveries: Recoveries;
  readonly capture: (stage: S, context: StageContext) => Promise<Json>;
  readonly apply: (stage: S, context: StageContext, capture: Json) => Promise<Applied>;
  readonly undo: (stage: S, context: StageContext, capture: Json) => Promise<Json>;
};

/** What a change did, with the two sides of its question in words. */
export type Applied = { readonly evidence: Json; readonly expected: string; readonly observed: string };
