import { environmentStream, foldEnvironment, revisionAsLastLive } from '../environments/environment.ts';
import { revertInEnvironment } from '../environments/revert-in-environment.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { Weights } from '../targets/target.ts';
import type { Json, StageContext } from './kind.ts';
import { restoreSettings } from './restore-settings.ts';
import { targetOf } from './target-of.ts';
import { sameWeights, weightsBeforeShifts, weightsInWords, withTraffic } from './weights.ts';

/** What is recorded of a lease that was given back. */
export type Given = Readonly<Record<string, Json>>;

/**
 * Ends a rollback in an environment: asks the target whether what is live there is what was live before, and only then records
 * it, in the commit that gives the lease back. Without the lease this was done before a crash, and nothing is asked or written:
 * the environment may be somebody else's by now.
 *
 * Errors: `TargetFailed` when the target serves something else; those of the store.
 */
export async function giveBack(context: StageContext, environment: string): Promise<Given> {
  const { store, deployment } = context;
  const { view } = deployment;
  const { pipeline } = view.pipeline;
  const { commits } = await store.load(environmentStream(environment));
  if (foldEnvironment(commits).lease?.deployment !== view.deployment) return { released: false };
  const before = weightsBeforeShifts(view, environment);
  const confirmed = before === undefined ? {} : await confirmReturned(context, environment, before);
  const revision = largestOf(before ?? {});
  const returned = revision === undefined ? undefined : revisionAsLastLive(commits, pipeline, revision);
  await restoreSettings(context, environment, returned);
  const released = await revertInEnvironment(store, environment, pipeline, view.deployment, returned);
  return { released, ...confirmed };
}

/** The target is asked, whatever was told to it before. */
async function confirmReturned(context: StageContext, environment: string, before: Weights): Promise<Given> {
  const { weights, revisions } = await (await targetOf(context, environment)).state();
  const dead = Object.keys(withTraffic(before)).filter(
    (name) => !revisions.some(({ revision, running }) => revision === name && running),
  );
  if (sameWeights(weights, before) && dead.length === 0)
    return { live: withTraffic(weights), running: Object.keys(withTraffic(before)) };
  const observed = `${weightsInWords(weights)}${dead.length === 0 ? '' : `; ${dead.join(', ')} not running`}`;
  throw new NoneventError(
    'TargetFailed',
    `after the rollback ${environment} serves ${observed}, expected ${weightsInWords(before)}`,
    {
      fields: { environment },
      hint: 'look who else changes this environment, or why the revision does not run',
    },
  );
}

function largestOf(weights: Weights): string | undefined {
  return Object.entries(weights).toSorted(([, one], [, other]) => other - one)[0]?.[0];
}
