import { type Cause, decideToFail, isOpen } from '../../lifecycle/decide.ts';
import type { Recoveries } from '../../lifecycle/recoveries.ts';
import { stageViewOf, standingOf } from '../../lifecycle/standing.ts';
import type { Stage } from '../../pipeline/stage.ts';
import type { Services } from './services.ts';
import { decideAndAppend, type Session } from './session.ts';

/** Records why an attempt failed, unless the deployment has gone on without it. */
export async function failStage(
  services: Services,
  session: Session,
  stage: Stage,
  recoveries: Recoveries,
  cause: Cause,
  attempt?: number,
): Promise<Session> {
  return decideAndAppend(services.store, session, (deployment) => {
    const isCurrent =
      attempt === undefined
        ? standingOf(deployment, stageViewOf(deployment, stage.name)) === 'here'
        : isOpen(deployment, stage, attempt);
    if (isCurrent) return decideToFail(deployment, stage, recoveries, cause);
    services.log(
      `late outcome of ${stage.name} in ${deployment.view.deployment} not recorded: ${cause.mode}: ${cause.observed}`,
    );
    return [];
  });
}
