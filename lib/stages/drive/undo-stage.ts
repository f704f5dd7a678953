import type { DeploymentId } from '../../history/deployment-id.ts';
import { event } from '../../history/events.ts';
import { type Cause, type Decision, failureOf, undoFailureOf } from '../../lifecycle/decide.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { reasonIn } from '../../lifecycle/kept.ts';
import { undoLeaf } from '../../lifecycle/leaves.ts';
import { stageViewOf } from '../../lifecycle/standing.ts';
import { UNDO_ATTEMPTS, undoWork } from '../../lifecycle/work.ts';
import type { Json } from '../../pipeline/json.ts';
import type { ChangeStage } from '../../pipeline/stage.ts';
import { isChange } from '../../pipeline/stage-class.ts';
import { changeKindOf } from '../registry.ts';
import { attempt } from './attempt.ts';
import { DriveError } from './drive-error.ts';
import { stageNamed } from './perform-stage.ts';
import type { Services } from './services.ts';
import { decideAndAppend, openSession, type Session } from './session.ts';
import { stageContext } from './stage-context.ts';
import { requireLeaseFor } from './under-lease.ts';
import { type CaughtFailure, recordUnrecordedFailure } from './unrecorded-failure.ts';

/**
 * Undoes one change, restoring what its first attempt captured; does nothing where the change never began or is undone already.
 * Records first a failure that nobody could record. Convergent.
 *
 * Errors: `DriveError` `AttemptFailed` or `UndoFailed`, once the history holds it; those of the store.
 */
export async function undoStage(
  services: Services,
  task: { readonly deployment: DeploymentId; readonly stage: string; readonly failure: CaughtFailure },
): Promise<void> {
  const opened = await openSession(services.store, task.deployment);
  const stage = stageNamed(opened, task.stage);
  if (!isChange(stage)) throw new Error(`stage ${stage.name} is a check, so there is nothing to undo`);
  const session = await recordUnrecordedFailure(services, opened, task.failure);
  if (stageViewOf(session.deployment, stage.name).state === 'undoFailed') throw undoFailed(session, stage);
  if (!isTurn(session.deployment, stage)) return;
  await undoHere(services, session, stage);
}

async function undoHere(services: Services, session: Session, stage: ChangeStage): Promise<void> {
  const known = stageViewOf(session.deployment, stage.name);
  if (known.startedAt === undefined) {
    await recordUndone(services, session, stage, { effect: 'nothing' });
    return;
  }
  const undone = await attempt<Json>(
    services,
    session,
    { seconds: undoSeconds(stage), expected: 'the change undone' },
    async (signal) => {
      const context = await stageContext(services, session, known.undoFailures + 1, signal);
      await requireLeaseFor(services.store, session.deployment.view, stage);
      return changeKindOf(stage).undo(stage, context, known.capture ?? null);
    },
  );
  if (undone.ok) {
    const effect = reasonIn(undone.value) === undefined ? 'undone' : 'nothing';
    await recordUndone(services, session, stage, { effect, evidence: undone.value });
    return;
  }
  const failed = await decideAndAppend(services.store, session, (deployment) =>
    decideOnUndoFailure(deployment, stage, undone.cause),
  );
  const now = stageViewOf(failed.deployment, stage.name);
  if (now.state === 'undoFailed') throw undoFailed(failed, stage);
  if (isTurn(failed.deployment, stage))
    throw new DriveError('AttemptFailed', `undo of ${stage.name} failed: ${undone.cause.observed}`);
}

function decideOnUndoFailure(deployment: Deployment, stage: ChangeStage, cause: Cause): Decision {
  if (!isTurn(deployment, stage)) return [];
  const { undoFailures, name } = stageViewOf(deployment, stage.name);
  const attemptNumber = undoFailures + 1;
  if (attemptNumber < UNDO_ATTEMPTS) {
    const failure = failureOf(stage, cause, 'retry');
    return [event('StageAttemptFailed', { stage: name, attempt: attemptNumber, lane: 'undo', failure })];
  }
  return [event('UndoFailed', { stage: name, failure: undoFailureOf(stage, cause) })];
}

async function recordUndone(
  services: Services,
  session: Session,
  stage: ChangeStage,
  result: { readonly effect: 'undone' | 'nothing'; readonly evidence?: Json },
): Promise<void> {
  await decideAndAppend(services.store, session, (deployment) =>
    isTurn(deployment, stage) ? [event('StageUndone', { stage: stage.name, ...result })] : [],
  );
}

function isTurn(deployment: Deployment, stage: ChangeStage): boolean {
  return deployment.state.includes(undoLeaf(stage));
}

function undoSeconds(stage: ChangeStage): number {
  return undoWork(stage).timeoutSeconds - 10;
}

function undoFailed(session: Session, stage: ChangeStage): DriveError {
  const known = stageViewOf(session.deployment, stage.name);
  return new DriveError(
    'UndoFailed',
    `undo of ${stage.name} failed for good: ${known.failure?.observed ?? ''}`,
  );
}
