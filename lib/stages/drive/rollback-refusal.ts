import type { Failure } from '../../history/failure.ts';
import type { Cause } from '../../lifecycle/decide.ts';

/** What a rollback asks before it changes anything. */
export const ROLLBACK_QUESTION = 'Can everything that was changed be taken back now?';

/** What has to be true for it. */
export const ROLLBACK_EXPECTATION =
  'the deployment live, its environments free, and a revision that can get the traffic back';

/** Why a rollback does not begin, as it is recorded. */
export function refusalOf(cause: Cause, hint?: string): Failure {
  return {
    ...cause,
    question: ROLLBACK_QUESTION,
    recovery: 'compensate',
    next: hint ?? 'nothing was changed; mend the cause, then `nonevent rollback --again`',
  };
}
