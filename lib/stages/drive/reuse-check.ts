import { decideToReuse } from '../../lifecycle/decide-reuse.ts';
import { stageViewOf } from '../../lifecycle/standing.ts';
import type { CheckStage } from '../../pipeline/stage.ts';
import { earlierPass } from '../reuse/earlier-pass.ts';
import { type Inputs, inputsOf } from '../reuse/inputs.ts';
import { barToReuse, judgeReuse, type ReuseVerdict } from '../reuse/judge-reuse.ts';
import type { Services } from './services.ts';
import { decideAndAppend, openSession, type Session } from './session.ts';
import { stageContext } from './stage-context.ts';

/** A session after it was decided whether a check is taken over, and why it is performed again in a rerun. */
export type Considered = { readonly session: Session; readonly notReused?: string };

/**
 * In a rerun, takes over what the other deployment found for a check that nobody has begun here, where all that it depends on is
 * unchanged. Decided when its turn comes, so that it is about what is true then.
 */
export async function considerReuse(
  services: Services,
  session: Session,
  stage: CheckStage,
  inputs: Inputs,
): Promise<Considered> {
  const verdict = await verdictOn(services, session, stage, inputs);
  if (verdict === undefined) return { session };
  if ('notReused' in verdict) return { session, notReused: verdict.notReused };
  const { reuse } = verdict;
  return {
    session: await decideAndAppend(services.store, session, (deployment) => decideToReuse(deployment, reuse)),
  };
}

async function verdictOn(
  services: Services,
  session: Session,
  stage: CheckStage,
  inputs: Inputs,
): Promise<ReuseVerdict | undefined> {
  const { view } = session.deployment;
  const { attempts } = stageViewOf(session.deployment, stage.name);
  if (view.kind !== 'forward' || view.of === undefined || attempts > 0) return undefined;
  const bar = barToReuse(view.pipeline, stage.name, view.from);
  if (bar !== undefined) return { notReused: bar };
  const { commits } = await openSession(services.store, view.of);
  const events = commits.flatMap((commit) => commit.events);
  const pass = earlierPass(view.of, events, stage.name);
  return judgeReuse(stage, { pass, in: view.of }, inputs);
}

/** What a check that begins now depends on. */
export async function inputsNow(services: Services, session: Session, stage: CheckStage): Promise<Inputs> {
  const { attempts } = stageViewOf(session.deployment, stage.name);
  return inputsOf(stage, await stageContext(services, session, attempts, services.closing));
}
