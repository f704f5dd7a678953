import { setTimeout as pause } from 'node:timers/promises';
import { NoneventError } from '../../nonevent-error.ts';

/** A Lambda function is ended after a quarter of an hour, so nothing is waited for longer than this. */
const LONGEST_MILLISECONDS = 14 * 60_000;

/**
 * Looks again and again until there is an answer. What AWS does goes on when the waiting ends; whoever waits again finds it.
 *
 * Errors: `TargetFailed` when the signal aborts or 14 minutes have passed.
 */
export async function waitUntil<Answer>(
  awaited: string,
  { pauseMs, signal }: { readonly pauseMs: number; readonly signal?: AbortSignal | undefined },
  look: () => Promise<Answer | undefined>,
): Promise<Answer> {
  const limit = AbortSignal.timeout(LONGEST_MILLISECONDS);
  const ended = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    try {
      await pause(pauseMs, undefined, { signal: ended });
    } catch (thrown) {
      throw new NoneventError('TargetFailed', `${awaited} is not there yet`, {
        hint: 'give the stage more time, at most 14m; it goes on in AWS meanwhile',
        cause: thrown,
      });
    }
  }
}
