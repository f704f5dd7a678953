import { setTimeout as pause } from 'node:timers/promises';
import { NoneventError } from '../../nonevent-error.ts';
import type { System } from '../system.ts';

/**
 * Looks at the history until it has what was asked for.
 *
 * Errors: what `look` throws; `Unreachable` when nobody acted on the request in time. It stays with the system, which may act on it later.
 */
export async function awaitAnswer(
  { called, whySee, watching }: Pick<System, 'called' | 'whySee' | 'watching'>,
  looking: {
    readonly look: () => Promise<boolean>;
    /** What did not happen, as in `took the request but <undone>`. */
    readonly undone: string;
    readonly fields: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { answer, answerWithinMs } = watching;
  const deadline = performance.now() + answerWithinMs;
  for (let looks = 0; performance.now() < deadline; looks += 1) {
    if (await looking.look()) return;
    await pause(answer(looks));
  }
  throw new NoneventError(
    'Unreachable',
    `${called} took the request but ${looking.undone} within ${answerWithinMs / 1000}s`,
    {
      fields: { ...looking.fields },
      hint: `see why in ${whySee}, or run \`nonevent doctor\`; typing the command again is safe`,
    },
  );
}
