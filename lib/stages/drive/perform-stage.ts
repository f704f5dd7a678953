import type { DeploymentId } from '../../history/deployment-id.ts';
import { isStopped, STOPPED } from '../../lifecycle/decide.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { awaitsAnswer, isChange } from '../../pipeline/stage-class.ts';
import { stagesOf } from '../../pipeline/steps.ts';
import { kindOf } from '../registry.ts';
import { performAwaited } from './await-answer.ts';
import { failStage } from './fail-stage.ts';
import { performChange } from './perform-change.ts';
import { performCheck } from './perform-check.ts';
import type { Services } from './services.ts';
import { openSession, type Session } from './session.ts';
import { type StageResult, settle, standing } from './settle-stage.ts';

/**
 * Performs one stage of a deployment, or finds that it has been performed. Convergent: it reads the history and does only
 * what is missing, so it may be called again at any time.
 *
 * Errors: `DriveError`, once the history holds the failure; those of the store.
 */
export async function performStage(
  services: Services,
  task: { readonly deployment: DeploymentId; readonly stage: string; readonly token?: string | undefined },
): Promise<StageResult> {
  const result = await perform(services, task);
  // A task that waits for an answer does not end by our returning.
  if (task.token !== undefined && !result.continue) await services.answers.succeed(task.token);
  return result;
}

async function perform(services: Services, task: Parameters<typeof performStage>[1]): Promise<StageResult> {
  const session = await openSession(services.store, task.deployment);
  const stage = stageNamed(session, task.stage);
  const { recoveries } = kindOf(stage);
  if (standing(session, stage) === 'here' && isStopped(session.deployment, stage)) {
    return settle(await failStage(services, session, stage, recoveries, STOPPED), stage);
  }
  if (standing(session, stage) !== 'here') return settle(session, stage);
  if (awaitsAnswer(stage)) return settle(await performAwaited(services, session, stage, task.token), stage);
  const performed = isChange(stage)
    ? await performChange(services, session, stage)
    : await performCheck(services, session, stage);
  return settle(performed, stage);
}

export function stageNamed(session: Session, name: string): Stage {
  const stage = stagesOf(session.deployment.view.pipeline).find((candidate) => candidate.name === name);
  if (stage !== undefined) return stage;
  throw new NoneventError(
    'InvalidInput',
    `deployment ${session.deployment.view.deployment} has no stage ${JSON.stringify(name)}`,
    {
      fields: { stage: name },
      hint: 'the execution runs another definition than the one the deployment pinned',
    },
  );
}
