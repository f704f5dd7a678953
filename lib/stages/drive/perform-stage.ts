import type { DeploymentId } from '../../history/deployment-id.ts';
import { STOPPED } from '../../lifecycle/decide.ts';
import { stageViewOf, standingOf } from '../../lifecycle/standing.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { isChange, pollInterval } from '../../pipeline/stage-class.ts';
import { stagesOf } from '../../pipeline/steps.ts';
import { kindOf } from '../registry.ts';
import { DriveError } from './drive-error.ts';
import { failStage } from './fail-stage.ts';
import { performChange } from './perform-change.ts';
import { performCheck } from './perform-check.ts';
import type { Services } from './services.ts';
import { openSession, type Session } from './session.ts';

/** Whether the stage is to be performed again after a while. */
export type StageResult = { readonly continue: boolean };

/**
 * Performs one stage of a deployment, or finds that it has been performed. Convergent: it reads the history and does only
 * what is missing, so it may be called again at any time.
 *
 * Errors: `DriveError`, once the history holds the failure; those of the store.
 */
export async function performStage(
  services: Services,
  task: { readonly deployment: DeploymentId; readonly stage: string },
): Promise<StageResult> {
  const session = await openSession(services.store, task.deployment);
  const stage = stageNamed(session, task.stage);
  const { recoveries } = kindOf(stage);
  if (standing(session, stage) === 'here' && session.deployment.view.stop !== undefined) {
    return settle(await failStage(services, session, stage, recoveries, STOPPED), stage);
  }
  if (standing(session, stage) !== 'here') return settle(session, stage);
  const performed = isChange(stage)
    ? await performChange(services, session, stage)
    : await performCheck(services, session, stage);
  return settle(performed, stage);
}

/** Tells Step Functions what the history says of the stage. */
function settle(session: Session, stage: Stage): StageResult {
  const known = stageViewOf(session.deployment, stage.name);
  const where = `stage ${stage.name} of ${session.deployment.view.deployment}`;
  switch (standing(session, stage)) {
    case 'passed':
      return { continue: false };
    case 'refused':
      throw new DriveError(
        'StageRefused',
        `${where} failed before it began: ${known.failure?.observed ?? 'the deployment is elsewhere'}`,
      );
    case 'failed':
      throw new DriveError(
        'StageFailed',
        `${where} failed: ${known.failure?.observed ?? 'the deployment is elsewhere'}`,
      );
    case 'here':
      if (known.open && pollInterval(stage) !== undefined) return { continue: true };
      throw new DriveError(
        'AttemptFailed',
        known.open
          ? `${where}: attempt ${known.attempts} was begun by another executor`
          : `${where}: attempt ${known.attempts} failed: ${known.failure?.observed ?? ''}`,
      );
  }
}

function standing(session: Session, stage: Stage): ReturnType<typeof standingOf> {
  return standingOf(session.deployment, stageViewOf(session.deployment, stage.name));
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
