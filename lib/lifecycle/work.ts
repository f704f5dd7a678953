import type { Stage } from '../pipeline/stage.ts';
import { awaitsAnswer, pollInterval, workSeconds } from '../pipeline/stage-class.ts';
import type { Outcome } from './view.ts';

/** What a leaf of the machine has done for it, and how long and how often that may be tried. */
export type Work =
  | {
      readonly function: 'stage' | 'undo';
      readonly stage: string;
      readonly timeoutSeconds: number;
      readonly attempts: number;
      readonly pollSeconds?: number;
      /** The task ends when its token is answered, not when the function returns. */
      readonly awaitsAnswer?: true;
    }
  | { readonly function: 'enter'; readonly timeoutSeconds: number; readonly attempts: number }
  | {
      readonly function: 'conclude';
      readonly outcome: Outcome;
      readonly timeoutSeconds: number;
      readonly attempts: number;
    };

/** The work on one stage, in either lane. */
export type StageWork = Extract<Work, { readonly stage: string }>;

export type LeafMeta = { readonly work: Work };

/** How often an undo is tried before the deployment is stuck. */
export const UNDO_ATTEMPTS = 5;

/** Seconds that an undo may take at least, however short its change's own timeout is. */
const UNDO_SECONDS_AT_LEAST = 60;

/** Seconds a handler has beyond the stage's own timeout, so that it can record the timeout itself. */
const RECORDING_SECONDS = 15;

const CONCLUDE_SECONDS = 120;
const CONCLUDE_ATTEMPTS = 8;

/** Seconds in which a rollback makes sure that it can be done: a revision that is no longer warm has to start. */
export const ENTER_SECONDS = 120;

/** One invocation may take the stage's timeout twice: to capture and to apply, or to begin measuring and to observe. */
const STEPS_OF_AN_ATTEMPT = 2;

export function stageWork(stage: Stage): Work {
  const pollSeconds = pollInterval(stage);
  return {
    function: 'stage',
    stage: stage.name,
    timeoutSeconds: Math.ceil(workSeconds(stage)) * STEPS_OF_AN_ATTEMPT + RECORDING_SECONDS,
    attempts: stage.retries,
    ...(pollSeconds === undefined ? {} : { pollSeconds: Math.max(1, Math.round(pollSeconds)) }),
    ...(awaitsAnswer(stage) ? { awaitsAnswer: true } : {}),
  };
}

export function undoWork(stage: Stage): Work {
  return {
    function: 'undo',
    stage: stage.name,
    timeoutSeconds: Math.max(UNDO_SECONDS_AT_LEAST, Math.ceil(workSeconds(stage))) + RECORDING_SECONDS,
    attempts: UNDO_ATTEMPTS - 1,
  };
}

export function enterWork(): Work {
  return { function: 'enter', timeoutSeconds: ENTER_SECONDS + RECORDING_SECONDS, attempts: 0 };
}

export function concludeWork(outcome: Outcome): Work {
  return { function: 'conclude', outcome, timeoutSeconds: CONCLUDE_SECONDS, attempts: CONCLUDE_ATTEMPTS };
}
