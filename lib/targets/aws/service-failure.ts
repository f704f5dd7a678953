import { messageOf, NoneventError, nameOf } from '../../nonevent-error.ts';

/** Runs a piece of work; what a service of AWS refuses becomes `TargetFailed`, with what was tried and what to do. */
export async function trying<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof NoneventError) throw thrown;
    throw new NoneventError('TargetFailed', `${what} failed: ${nameOf(thrown)}: ${messageOf(thrown)}`, {
      fields: { error: nameOf(thrown) },
      hint: hintFor(nameOf(thrown)),
      cause: thrown,
    });
  }
}

function hintFor(error: string): string {
  if (/AccessDenied|NotAuthorized|Unauthorized/.test(error))
    return 'grant the role what docs/targets.md lists for this kind of target';
  if (/TooManyRequests|Throttl/.test(error))
    return 'try again; other callers use up the rate of this account';
  if (/PreconditionFailed/.test(error)) return 'somebody else changes it at the same time; try again';
  if (/NotFound/.test(error))
    return 'make it first, or look at the names, the region and the role of the target';
  return 'look at the service in the account and region of the target';
}
