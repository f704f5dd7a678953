import type { EventData } from '../history/events.ts';
import type { Cause } from '../lifecycle/decide.ts';
import type { Cloud } from './cloud.ts';
import type { Json, StageContext } from './kind.ts';

/** An attempt that waits for somebody outside. */
export type AwaitedAttempt = {
  readonly reference: string;
  /** The secret that `reference` is the digest of, for whoever is to report; known only to the task that has just made it. */
  readonly key?: string | undefined;
  /** Whether a function has said that it will report. */
  readonly isPending: boolean;
  /** When the attempt began, in milliseconds since 1970. */
  readonly since: number;
};

/** How far awaited work is. */
export type AwaitedProgress<Result> =
  | { readonly state: 'running' }
  | { readonly state: 'pending' }
  | { readonly state: 'ended'; readonly result: Result }
  | { readonly state: 'failed'; readonly cause: Cause };

/** How stages of a kind are performed by somebody outside: a task begins the work, and nobody here has to stay for it. */
export type AwaitedKind<S, Result> = {
  readonly answer: (stage: S) => EventData<'StageAwaiting'>['answer'];
  /** What this system lacks for the work; `undefined` where nothing is missing. */
  readonly lacks: (stage: S, cloud: Cloud | undefined) => string | undefined;
  /**
   * Begins the work where it was not begun, and asks whoever does it how far it is. May be repeated at any time.
   * `StoreUnavailable` leaves the attempt open, any other error ends it.
   */
  readonly advance: (
    stage: S,
    context: StageContext,
    awaited: AwaitedAttempt,
    capture: Json,
  ) => Promise<AwaitedProgress<Result>>;
  /** Ends work that nobody waits for any more, as far as it can be ended. */
  readonly stop?: (stage: S, context: StageContext, awaited: AwaitedAttempt) => Promise<void>;
};
