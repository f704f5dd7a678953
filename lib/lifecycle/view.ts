import type { DeploymentId } from '../history/deployment-id.ts';
import type { EventData, Judgement, Trigger } from '../history/events.ts';
import type { Failure } from '../history/failure.ts';
import type { StageState } from '../history/stage-state.ts';
import type { Json } from '../pipeline/json.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Digest, Release } from '../pipeline/release.ts';
import type { StageClass, StageKind } from '../pipeline/stage.ts';

export type { StageState } from '../history/stage-state.ts';

export type Outcome = 'succeeded' | 'failed' | 'rolledBack' | 'stuck';

/** What is known of a stage as of a commit. Times are ISO-8601 UTC, as recorded. */
export type StageView = {
  readonly name: string;
  readonly kind: StageKind;
  readonly class: StageClass;
  readonly mode: 'shadow' | 'advisory' | 'enforcing';
  readonly question: string;
  readonly state: StageState;
  /** Attempts so far, those included that failed before they began. */
  readonly attempts: number;
  /** Attempts of its undo that failed. */
  readonly undoFailures: number;
  /** Whether the running attempt was begun and has no outcome yet. */
  readonly open: boolean;
  /** Whether it has been given its one extension, which is no retry. */
  readonly extended: boolean;
  /** When the first attempt began; `undefined` for a stage that never began, so that there is nothing of it to undo. */
  readonly startedAt: string | undefined;
  readonly attemptStartedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** The first attempt's capture: what undo restores, or what a check measures from. */
  readonly capture: Json | undefined;
  /** What the newest attempt that waits, or waited, for somebody outside was said to wait for. */
  readonly awaiting: Awaiting | undefined;
  readonly judgement: Judgement | undefined;
  readonly evidence: Json | undefined;
  readonly failure: Failure | undefined;
  /** Where what was found is taken over from, and why that holds; `undefined` for what this deployment found itself. */
  readonly reused: { readonly from: DeploymentId; readonly because: string } | undefined;
  /** Why its undo left it as it is; `undefined` for what was undone, or is not yet. */
  readonly kept: string | undefined;
  /** A rerun: why this check was performed again. */
  readonly notReused: string | undefined;
};

/** An answer that is awaited. Every task that was told to wait for it has a token, and any of them may be the one that still waits. */
export type Awaiting = Omit<EventData<'StageAwaiting'>, 'stage' | 'token'> & {
  readonly tokens: readonly string[];
};

/** The data of a deployment as of a commit: a pure fold of its events. */
export type DeploymentView = {
  readonly deployment: DeploymentId;
  readonly kind: EventData<'DeploymentRequested'>['kind'];
  /** The deployment that this one undoes or runs again. */
  readonly of: DeploymentId | undefined;
  /** A rerun: the first stage that is performed again, whatever was found before. */
  readonly from: string | undefined;
  readonly pipeline: Pipeline;
  readonly release: Release;
  readonly trigger: Trigger;
  readonly requestedAt: string;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly outcome: Outcome | undefined;
  readonly stop: { readonly actor: string; readonly reason: string } | undefined;
  /** The failure that ended the forward run or kept a rollback from beginning, with the state it happened in. */
  readonly failure: (Failure & { readonly stage: string }) | undefined;
  /** The artifact that the next stage works on: the source, or what the last artifact-making stage made. */
  readonly artifact: Digest;
  readonly stages: readonly StageView[];
};
