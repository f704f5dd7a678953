import type { FailureMode, Recovery } from '../history/failure.ts';

/** The recovery of every failure mode. Being a full record, a kind that leaves a mode out does not compile. */
export type Recoveries = Readonly<Record<FailureMode, Recovery>>;

/**
 * What a kind does that has no reason for anything else: what may pass by itself is tried again, and everything else is undone. A
 * timeout is not tried again, because everybody would wait for as long once more.
 */
export const USUAL_RECOVERIES = {
  rejected: 'compensate',
  inconclusive: 'compensate',
  errored: 'retry',
  timedOut: 'compensate',
  lost: 'retry',
  stopped: 'compensate',
  superseded: 'compensate',
} as const satisfies Recoveries;
