import type { Event } from '../../history/events.ts';
import type { Failure } from '../../history/failure.ts';

/**
 * What went wrong on the way and was tried again, a line each: an executor that vanished, as it does when the system is restarted in
 * the middle of a stage, an attempt that failed, a window that was extended. Pure.
 */
export function onTheWay(events: readonly Event[]): readonly string[] {
  const lines = events.flatMap((event) => {
    if (event.type !== 'StageAttemptFailed') return [];
    const { stage, attempt, lane, failure } = event.data;
    const what = lane === 'undo' ? `undo of ${stage}` : stage;
    return [`${what}, attempt ${attempt}: ${inWords(failure)}`];
  });
  return lines.length === 0 ? ['no executor was lost, no attempt failed'] : lines;
}

function inWords({ mode, recovery, observed }: Failure): string {
  const then = recovery === 'extend' ? 'observed for as long again' : 'tried again';
  if (mode === 'lost') return `its executor was lost, as when the system restarts; ${then}`;
  return `${observed}; ${then}`;
}
