import { messageOf, NoneventError } from '../../nonevent-error.ts';

/**
 * Asks AWS for something.
 *
 * Errors: `StoreUnavailable` with what was asked for in `doing`, and the IAM action that it needs in `action`.
 */
export async function asking<Answer>(
  doing: string,
  action: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    throw new NoneventError('StoreUnavailable', `could not ${doing}: ${messageOf(cause)}`, {
      fields: { doing, action },
      hint: `look whether ${action} is allowed; typing the command again is safe`,
      cause,
    });
  }
}
