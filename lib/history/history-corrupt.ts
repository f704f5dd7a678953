import { NoneventError } from '../nonevent-error.ts';
import type { StreamName } from './event-store.ts';

/** The error for a history that cannot be trusted, with the first seq that is bad. */
export function historyCorrupt(
  stream: StreamName,
  seq: number,
  problem: string,
  cause?: unknown,
): NoneventError {
  return new NoneventError('HistoryCorrupt', `commit ${seq} of ${stream} is damaged: ${problem}`, {
    fields: { stream, seq },
    hint: 'nonevent audit verify',
    cause,
  });
}
