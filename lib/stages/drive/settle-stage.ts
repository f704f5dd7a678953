import { stageViewOf, standingOf } from '../../lifecycle/standing.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { awaitsAnswer, pollInterval } from '../../pipeline/stage-class.ts';
import { DriveError } from './drive-error.ts';
import type { Session } from './session.ts';

/** Whether the stage is to be performed again after a while; where it awaits an answer, whether that is still to come. */
export type StageResult = { readonly continue: boolean };

/** What Step Functions is told of a stage, by what the history says of it. Errors: `DriveError`. */
export function settle(session: Session, stage: Stage): StageResult {
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
      if (known.open && (pollInterval(stage) !== undefined || awaitsAnswer(stage))) return { continue: true };
      throw new DriveError(
        'AttemptFailed',
        known.open
          ? `${where}: attempt ${known.attempts} was begun by another executor`
          : `${where}: attempt ${known.attempts} failed: ${known.failure?.observed ?? ''}`,
      );
  }
}

/** How a deployment stands to one of its stages. */
export function standing(session: Session, stage: Stage): ReturnType<typeof standingOf> {
  return standingOf(session.deployment, stageViewOf(session.deployment, stage.name));
}
