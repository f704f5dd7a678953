import type { Outcome } from '../lifecycle/view.ts';
import type { ErrorCode } from '../nonevent-error.ts';

/** How a command ends, as the shell sees it. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  failed: 3,
  stuck: 4,
  timedOut: 5,
  conflict: 6,
  stopped: 7,
  tampered: 8,
  environment: 9,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What an exit code means and what to do about it. */
export type ExitCodePage = { readonly code: ExitCode; readonly meaning: string; readonly next: string };

export const EXIT_CODE_PAGES: readonly ExitCodePage[] = [
  { code: EXIT.done, meaning: 'done', next: 'nothing' },
  { code: EXIT.bug, meaning: 'a bug of Nonevent', next: 'report it with the output of `nonevent doctor`' },
  { code: EXIT.usage, meaning: 'wrong usage, or an invalid file', next: 'correct what the message names' },
  {
    code: EXIT.failed,
    meaning: 'the deployment failed and was rolled back, or failed before any change',
    next: 'read `nonevent explain latest`',
  },
  {
    code: EXIT.stuck,
    meaning: 'the deployment is stuck: an undo failed',
    next: 'read `nonevent explain latest` and restore what it names, then `nonevent unlock ENVIRONMENT`',
  },
  {
    code: EXIT.timedOut,
    meaning: 'the wait timed out, the deployment still runs',
    next: 'watch it again with `nonevent status ID --watch`',
  },
  {
    code: EXIT.conflict,
    meaning: 'conflict: the lease is held, or the deployment has already ended',
    next: 'wait for the other deployment, or stop it with `nonevent stop ID`',
  },
  {
    code: EXIT.stopped,
    meaning: 'the deployment was stopped or superseded',
    next: 'nothing, or deploy again',
  },
  {
    code: EXIT.tampered,
    meaning: 'an audit found tampering or divergence',
    next: 'compare the named stream with a backup; change nothing',
  },
  {
    code: EXIT.environment,
    meaning: 'environment: no system reachable, no credentials, no network, no disk',
    next: 'run `nonevent doctor`',
  },
  {
    code: EXIT.interrupted,
    meaning: 'interrupted by Ctrl-C (SIGINT)',
    next: 'nothing: watching ends, a deployment goes on',
  },
  {
    code: EXIT.terminated,
    meaning: 'ended by SIGTERM',
    next: 'nothing: watching ends, a deployment goes on',
  },
];

/** The exit code of every error that Nonevent throws. */
export const EXIT_CODE_OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  StoreUnavailable: EXIT.environment,
  CommitTooLarge: EXIT.usage,
  HistoryCorrupt: EXIT.tampered,
  UnknownEvent: EXIT.environment,
  TargetFailed: EXIT.environment,
  ArtifactFailed: EXIT.environment,
  CommandFailed: EXIT.environment,
  InvalidInput: EXIT.usage,
  NotFound: EXIT.usage,
  Conflict: EXIT.conflict,
  Unreachable: EXIT.environment,
};

/** The exit code of an outcome that nobody asked for by stopping, and that no lease prevented. */
export const EXIT_CODE_OF_OUTCOME: Readonly<Record<Outcome, ExitCode>> = {
  succeeded: EXIT.done,
  failed: EXIT.failed,
  rolledBack: EXIT.failed,
  stuck: EXIT.stuck,
};
