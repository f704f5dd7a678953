import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type DeploymentId, deploymentId } from '../../history/deployment-id.ts';
import { type Cause, isStopped, STOPPED } from '../../lifecycle/decide.ts';
import { stageViewOf } from '../../lifecycle/standing.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { json } from '../../pipeline/json.ts';
import { name } from '../../pipeline/names.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { awaitsAnswer } from '../../pipeline/stage-class.ts';
import { stagesOf } from '../../pipeline/steps.ts';
import { awaitedWork } from '../awaited-work.ts';
import { answerIn } from '../function/answer.ts';
import { kindOf } from '../registry.ts';
import { advanceAwaited, awaitedAttemptOf, recordFound } from './advance-awaited.ts';
import { digestOfKey } from './await-answer.ts';
import { DriveError } from './drive-error.ts';
import { failStage } from './fail-stage.ts';
import { openDeployments } from './open-deployments.ts';
import type { Services } from './services.ts';
import { openSession, type Session } from './session.ts';
import { settle } from './settle-stage.ts';
import { stageContext } from './stage-context.ts';

/** What an event says it is about. Nothing of it is taken for true: it only says where to look. */
export const claim = z.object({ deployment: deploymentId, stage: name, attempt: z.int().min(1) });
export type Claim = z.output<typeof claim>;

/** What "Stage Reported" brings. */
export const report = claim.extend({ key: z.string().min(1).max(200), evidence: json }).strict();
export type Report = z.output<typeof report>;

/**
 * `completed`: it has an outcome, and its execution was told · `running`: there is none yet · `late`: the attempt that is meant is over
 * · `refused`: nobody waits for that, or the key is wrong.
 */
export type Completion = 'completed' | 'running' | 'late' | 'refused';

/**
 * Looks after an attempt of which an event says that its build has ended: asks the service what is true, records it, and answers the
 * task. What is late, doubled or forged changes nothing. Convergent.
 *
 * Errors: `StoreUnavailable`; the event is then to be delivered again.
 */
export async function completeAwaited(services: Services, claimed: Claim): Promise<Completion> {
  const found = await awaitedBy(services, claimed);
  if (typeof found === 'string') return found;
  const { session, stage } = found;
  const { open, awaiting } = stageViewOf(session.deployment, stage.name);
  const isAsked = open && awaiting?.answer === 'codeBuild';
  return answerTask(services, isAsked ? await advanceAwaited(services, session, stage) : session, stage);
}

/** Records what a function reported, if it has the key that the function was given, and answers the task. As `completeAwaited`. */
export async function completeReported(services: Services, reported: Report): Promise<Completion> {
  const found = await awaitedBy(services, reported);
  if (typeof found === 'string') return found;
  const { session, stage } = found;
  const { open, awaiting } = stageViewOf(session.deployment, stage.name);
  if (awaiting?.answer !== 'report' || !isKey(reported.key, awaiting.reference)) {
    return refused(services, reported, 'its key is not the one that the function was given');
  }
  if (!open) return answerTask(services, session, stage);
  const observation = { evidence: answerIn(reported.evidence) };
  return answerTask(
    services,
    await recordFound(services, session, stage, reported.attempt, { observation }),
    stage,
  );
}

/**
 * Looks after everything that a deployment waits for: a build whose end nobody told us, an outcome that was recorded and not answered,
 * a stop, an answer that does not come in time. For a stop, and for whoever looks from time to time.
 */
export async function settleAwaited(services: Services, deployment: DeploymentId): Promise<void> {
  let session = await openSession(services.store, deployment);
  for (const stage of stagesOf(session.deployment.view.pipeline).filter(awaitsAnswer)) {
    const known = stageViewOf(session.deployment, stage.name);
    const awaited = awaitedAttemptOf(known);
    if (awaited === undefined || session.deployment.view.kind === 'rollback') continue;
    const over = known.open ? causeToEnd(services, session, stage) : undefined;
    if (over !== undefined) {
      session = await failStage(services, session, stage, kindOf(stage).recoveries, over, known.attempts);
    } else if (known.open && known.awaiting?.answer === 'codeBuild') {
      session = await advanceAwaited(services, session, stage);
    }
    if (wasEnded(session, stage)) {
      const context = await stageContext(services, session, known.attempts, services.closing);
      await awaitedWork(stage).stop(context, awaited);
    }
    await answerTask(services, session, stage);
  }
}

/** Why nobody should wait for an answer any longer. */
function causeToEnd(services: Services, { deployment }: Session, stage: Stage): Cause | undefined {
  if (isStopped(deployment, stage)) return STOPPED;
  const { attemptStartedAt } = stageViewOf(deployment, stage.name);
  if (services.now() - Date.parse(attemptStartedAt ?? '') < stage.timeout * 1000) return undefined;
  return {
    mode: 'timedOut',
    expected: `an answer within ${stage.timeout} s`,
    observed: `no outcome within ${stage.timeout} s`,
  };
}

/** Whether the attempt was ended from here: its work may still go on, also where it could not be told to end at first. */
function wasEnded({ deployment }: Session, stage: Stage): boolean {
  const { open, failure } = stageViewOf(deployment, stage.name);
  return !open && (failure?.mode === 'stopped' || failure?.mode === 'timedOut');
}

/**
 * Looks after everything that any open deployment waits for. One deployment that cannot be looked after keeps no other from it.
 *
 * Errors: those of the store.
 */
export async function settleEveryAwaited(
  services: Services,
): Promise<{ readonly looked: number; readonly troubles: readonly string[] }> {
  const open = await openDeployments(services.store);
  const troubles: string[] = [];
  for (const deployment of open) {
    try {
      await settleAwaited(services, deployment);
    } catch (thrown) {
      troubles.push(`${deployment}: ${messageOf(thrown)}`);
      services.log(`could not ask what ${deployment} waits for: ${messageOf(thrown)}`);
    }
  }
  return { looked: open.length, troubles };
}

type Awaited = { readonly session: Session; readonly stage: Stage };

async function awaitedBy(services: Services, claimed: Claim): Promise<Awaited | Completion> {
  const session = await openSession(services.store, claimed.deployment).catch((thrown: unknown) => {
    if (thrown instanceof NoneventError && thrown.code === 'NotFound') return undefined;
    throw thrown;
  });
  if (session === undefined) return refused(services, claimed, 'there is no such deployment');
  const stage = stagesOf(session.deployment.view.pipeline).find((one) => one.name === claimed.stage);
  if (stage === undefined || !awaitsAnswer(stage))
    return refused(services, claimed, 'no such stage awaits an answer');
  const { attempts, awaiting } = stageViewOf(session.deployment, stage.name);
  if (awaiting?.attempt === claimed.attempt && attempts === claimed.attempt) return { session, stage };
  if (claimed.attempt > attempts) return refused(services, claimed, 'that attempt was never begun');
  logged(services, claimed, 'that attempt is over');
  return 'late';
}

/** Tells every task that may wait for the attempt what the history says of it. */
async function answerTask(services: Services, session: Session, stage: Stage): Promise<Completion> {
  const { open, awaiting } = stageViewOf(session.deployment, stage.name);
  if (open) return 'running';
  const answers = await Promise.all(
    (awaiting?.tokens ?? []).map((token) => {
      const error = failureIn(session, stage);
      return error === undefined ? services.answers.succeed(token) : services.answers.fail(token, error);
    }),
  );
  return answers.includes('taken') ? 'completed' : 'late';
}

function failureIn(session: Session, stage: Stage): DriveError | undefined {
  try {
    settle(session, stage);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof DriveError) return thrown;
    throw thrown;
  }
}

function isKey(key: string, reference: string): boolean {
  const [given, expected] = [Buffer.from(digestOfKey(key)), Buffer.from(reference)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refused(services: Services, claimed: Claim, why: string): 'refused' {
  logged(services, claimed, why);
  return 'refused';
}

/** A line of the log and no event: whoever may put events on the bus would otherwise write histories as long as they like. */
function logged(services: Services, { deployment, stage, attempt }: Claim, why: string): void {
  services.log(`an answer for attempt ${attempt} of ${stage} in ${deployment} changes nothing: ${why}`);
}
