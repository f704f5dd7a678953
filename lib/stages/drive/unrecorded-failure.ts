import { z } from 'zod';
import { event } from '../../history/events.ts';
import { type Cause, failureOf, opening } from '../../lifecycle/decide.ts';
import { ENTER_ROLLBACK, REQUESTED } from '../../lifecycle/leaves.ts';
import { stageViewOf } from '../../lifecycle/standing.ts';
import { stagesOf } from '../../pipeline/steps.ts';
import { refusalOf } from './rollback-refusal.ts';
import type { Services } from './services.ts';
import { decideAndAppend, type Session } from './session.ts';

/** What Step Functions says of a failure that it caught; null where it caught none. */
export const caughtFailure = z.object({ Error: z.string(), Cause: z.string().optional() }).nullable();
export type CaughtFailure = z.output<typeof caughtFailure>;

/**
 * Records a failure that nobody could record, because the handler timed out or vanished: the execution has gone into the undo
 * lane, or past the entry of a rollback, while the history still has a stage running. Does nothing where the history knows the failure.
 */
export async function recordUnrecordedFailure(
  services: Services,
  session: Session,
  caught: CaughtFailure,
): Promise<Session> {
  if (caught === null) return session;
  return decideAndAppend(services.store, session, (deployment) => {
    const isStarting = deployment.state.includes(REQUESTED);
    if (deployment.view.kind === 'rollback') {
      const isEntering = isStarting || deployment.state.includes(ENTER_ROLLBACK);
      if (!isEntering) return [];
      return [
        ...opening(deployment, 'rollback'),
        event('RollbackRefused', { failure: refusalOf(causeOf(caught)) }),
      ];
    }
    const running = stagesOf(deployment.view.pipeline).filter(
      (stage) => isStarting || deployment.state.includes(stage.name),
    );
    const stage = running.find((candidate) => stageViewOf(deployment, candidate.name).open) ?? running[0];
    if (stage === undefined) return [];
    const known = stageViewOf(deployment, stage.name);
    return [
      ...opening(deployment),
      event('StageFailed', {
        stage: stage.name,
        attempt: Math.max(1, known.attempts),
        failure: failureOf(stage, causeOf(caught), 'compensate'),
      }),
    ];
  });
}

function causeOf(caught: NonNullable<CaughtFailure>): Cause {
  const observed =
    caught.Cause === undefined ? caught.Error : `${caught.Error}: ${caught.Cause.slice(0, 1000)}`;
  return {
    mode: caught.Error === 'States.Timeout' ? 'timedOut' : 'lost',
    expected: 'a recorded outcome',
    observed,
  };
}
