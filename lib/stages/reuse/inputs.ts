import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Digest } from '../../pipeline/release.ts';
import type { CheckStage } from '../../pipeline/stage.ts';
import type { Reusable, StageContext } from '../kind.ts';
import { checkKindOf } from '../registry.ts';
import { inputsDigest } from './inputs-digest.ts';

/** What a check depends on, by digest; or why what it finds is never taken over. */
export type Inputs =
  | { readonly digest: Digest; readonly onEnvironment: boolean }
  | { readonly never: string };

/**
 * The digest of all that a check depends on: its definition, the release, the artifact that reaches it, and the facts of the
 * environment that its kind names.
 *
 * Errors: `StoreUnavailable`. Facts that cannot be read otherwise are a reason not to take anything over.
 */
export async function inputsOf(stage: CheckStage, context: StageContext): Promise<Inputs> {
  const { view } = context.deployment;
  const reusable = await factsOf(stage, context);
  if ('never' in reusable) return reusable;
  const { facts } = reusable;
  return { digest: inputsDigest(stage, view, facts), onEnvironment: facts !== null };
}

async function factsOf(stage: CheckStage, context: StageContext): Promise<Reusable> {
  try {
    return await checkKindOf(stage).reusable(stage, context);
  } catch (thrown) {
    if (!(thrown instanceof NoneventError) || thrown.code === 'StoreUnavailable') throw thrown;
    return { never: `what it depends on cannot be read: ${messageOf(thrown)}` };
  }
}
