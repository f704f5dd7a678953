import type { EventData } from '../../history/events.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { CheckStage } from '../../pipeline/stage.ts';
import { isChange } from '../../pipeline/stage-class.ts';
import { isParallel } from '../../pipeline/steps.ts';
import type { EarlierPass } from './earlier-pass.ts';
import type { Inputs } from './inputs.ts';

/** What is taken over for a check, or why it is performed again. */
export type ReuseVerdict = { readonly reuse: EventData<'StageReused'> } | { readonly notReused: string };

/**
 * Why a check is performed again in a rerun whatever the other deployment found; `undefined` where that depends on its inputs.
 * What comes after a change looks at what is made anew. Pure.
 */
export function barToReuse(pipeline: Pipeline, stage: string, from: string | undefined): string | undefined {
  const index = stepOf(pipeline, stage);
  if (from !== undefined && index >= stepOf(pipeline, from))
    return `it was asked to run again from ${from} on`;
  const changed = pipeline.stages
    .slice(0, index)
    .find((step) => !isParallel(step) && isChange(step) && step.kind !== 'acquire');
  if (changed === undefined || isParallel(changed)) return undefined;
  return `it comes after ${changed.name}, and a change is made again in each deployment`;
}

/** The index of the step that is named so or holds a stage that is; -1 where there is none. Pure. */
export function stepOf(pipeline: Pipeline, name: string): number {
  return pipeline.stages.findIndex((step) =>
    isParallel(step)
      ? step.parallel === name || step.stages.some((stage) => stage.name === name)
      : step.name === name,
  );
}

/**
 * Whether what another deployment found is taken over for a check: it passed there by its own verdict, and all that it depends on
 * has the same digest now. Pure.
 */
export function judgeReuse(
  stage: CheckStage,
  earlier: { readonly pass: EarlierPass | undefined; readonly in: string },
  now: Inputs,
): ReuseVerdict {
  const { pass } = earlier;
  if ('never' in now) return { notReused: now.never };
  if (pass === undefined) return { notReused: `it did not pass in ${shortId(earlier.in)}` };
  const there = shortId(pass.from);
  if (pass.judgement.verdict !== 'pass')
    return { notReused: `its verdict in ${there} was ${pass.judgement.verdict}` };
  if (pass.inputs === undefined) return { notReused: `${there} recorded no digest of what it depends on` };
  if (pass.inputs !== now.digest) return { notReused: changedInWords(there, now.onEnvironment) };
  const because = now.onEnvironment
    ? 'same definition, same release, same environment'
    : 'same definition, same release';
  return { reuse: { stage: stage.name, ...pass, because } };
}

function changedInWords(there: string, onEnvironment: boolean): string {
  return onEnvironment
    ? `its environment, or the artifact that reaches it, is not what it was in ${there}`
    : `the artifact that reaches it is not the one of ${there}`;
}
