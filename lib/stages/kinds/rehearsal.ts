import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import type { RehearsalStage } from '../../pipeline/kinds/rehearsal.ts';
import type { CheckKind, StageContext } from '../kind.ts';
import { type RehearsalEvidence, type RehearsalStart, rehearsalStart } from '../rehearsal/evidence.ts';
import { judgeRehearsal } from '../rehearsal/judge.ts';
import { rehearse } from '../rehearsal/rehearse.ts';
import { revisionOf } from '../revision.ts';
import { targetOf } from '../target-of.ts';
import { captureBeforeShifts, withTraffic } from '../weights.ts';

/**
 * Takes the traffic back to what was live before this deployment and forward again, under load, and leaves it as it was found.
 * What was found is recorded before anything is moved, and a later attempt keeps it.
 */
export const rehearsalKind: CheckKind<RehearsalStage> = {
  // An attempt after one that was lost first puts the traffic back where that one had found it.
  recoveries: USUAL_RECOVERIES,

  async begin(stage, context): Promise<RehearsalStart> {
    const earlier = startOf(stage, context);
    if (earlier !== undefined) return earlier;
    const { environment } = stage;
    const target = await targetOf(context, environment);
    const { commits } = await context.store.load(environmentStream(environment));
    const remembered = await target.remember?.();
    return {
      found: withTraffic((await target.state()).weights),
      ...(remembered === undefined ? {} : { remembered }),
      isFirst: foldEnvironment(commits).live[context.deployment.view.pipeline.pipeline] === undefined,
    };
  },

  async observe(stage, context, begun) {
    return { evidence: await observed(stage, context, rehearsalStart.parse(begun)) };
  },

  judge: judgeRehearsal,

  reusable: async () => ({ never: 'it moves the traffic of what each deployment places anew' }),
};

/** What the first attempt had found: a later one may find what that one left in the middle. */
function startOf({ name }: RehearsalStage, { deployment }: StageContext): RehearsalStart | undefined {
  const known = deployment.view.stages.find((stage) => stage.name === name)?.capture;
  const start = rehearsalStart.safeParse(known);
  return start.success ? start.data : undefined;
}

async function observed(
  stage: RehearsalStage,
  context: StageContext,
  start: RehearsalStart,
): Promise<RehearsalEvidence> {
  const { environment } = stage;
  const { view } = context.deployment;
  const before = captureBeforeShifts(view, environment);
  const nothing = (problem: string): RehearsalEvidence => ({ rehearsed: false, isFirst: false, problem });
  if (before === undefined) return nothing(`this deployment has moved no traffic in ${environment} yet`);
  if (Object.keys(withTraffic(before.weights)).length === 0) {
    const problem = `nothing of ${view.pipeline.pipeline} was live in ${environment} before, so there is nothing to go back to`;
    return start.isFirst
      ? { rehearsed: false, isFirst: true, problem }
      : nothing(`what is live in ${environment} had no traffic before this deployment`);
  }
  const { revision } = revisionOf(view);
  if ((start.found[revision] ?? 0) === 0) return nothing(`${revision} has no traffic in ${environment}`);
  const target = await targetOf(context, environment);
  const address = await target.address('router');
  if (address === undefined)
    return nothing(`the target of ${environment} has no address that could be asked`);
  return rehearse(stage, context, target, { url: new URL(`${address}${stage.path}`), before, start });
}
