import { decideToAwait, decideToPass } from '../../lifecycle/decide.ts';
import { stageViewOf } from '../../lifecycle/standing.ts';
import type { StageView } from '../../lifecycle/view.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { isChange } from '../../pipeline/stage-class.ts';
import type { AwaitedAttempt, AwaitedProgress } from '../awaited-kind.ts';
import { awaitedWork, type Found } from '../awaited-work.ts';
import type { Observation } from '../kind.ts';
import { checkKindOf, kindOf } from '../registry.ts';
import { attempt } from './attempt.ts';
import { failStage } from './fail-stage.ts';
import { recordVerdict } from './perform-check.ts';
import { inputsNow } from './reuse-check.ts';
import type { Services } from './services.ts';
import { decideAndAppend, type Session } from './session.ts';
import { stageContext } from './stage-context.ts';
import { requireLeaseFor } from './under-lease.ts';

/**
 * Asks how far the work of an open attempt is, which begins it where it was not begun, and records what came of it.
 *
 * Errors: `StoreUnavailable` where the outside could not be asked; the attempt is left open.
 */
export async function advanceAwaited(
  services: Services,
  session: Session,
  stage: Stage,
  key?: string,
): Promise<Session> {
  const known = stageViewOf(session.deployment, stage.name);
  const awaited = awaitedAttemptOf(known, key);
  if (!known.open || awaited === undefined) return session;
  const number = known.attempts;
  const { recoveries } = kindOf(stage);
  const asked = await attempt<Asked>(
    services,
    session,
    { seconds: stage.timeout, expected: `an answer within ${stage.timeout} s`, watched: { stage, number } },
    async (signal) => {
      const context = await stageContext(services, session, number, signal);
      if (isChange(stage)) await requireLeaseFor(services.store, session.deployment.view, stage);
      return asking(() => awaitedWork(stage).advance(context, awaited, known.capture ?? null));
    },
  );
  if (!asked.ok) return failStage(services, session, stage, recoveries, asked.cause, number);
  if ('unreachable' in asked.value) throw asked.value.unreachable;
  const { progress } = asked.value;
  switch (progress.state) {
    case 'running':
      return session;
    case 'pending':
      return recordPending(services, session, stage, number);
    case 'failed':
      return failStage(services, session, stage, recoveries, progress.cause, number);
    case 'ended':
      return recordFound(services, session, stage, number, progress.result);
    default:
      return progress satisfies never;
  }
}

/** The attempt that is awaited; `undefined` where it does not wait for anybody. */
export function awaitedAttemptOf(
  { awaiting, attempts, attemptStartedAt }: StageView,
  key?: string,
): AwaitedAttempt | undefined {
  if (awaiting === undefined || awaiting.attempt !== attempts) return undefined;
  return {
    reference: awaiting.reference,
    key,
    isPending: awaiting.pending === true,
    since: Date.parse(attemptStartedAt ?? ''),
  };
}

/** Records what awaited work has found by the path that every check and every change takes. */
export async function recordFound(
  services: Services,
  session: Session,
  stage: Stage,
  number: number,
  found: Found,
): Promise<Session> {
  if (!isChange(stage)) {
    const inputs = await inputsNow(services, session, stage);
    const observation = 'observation' in found ? found.observation : NOTHING;
    return recordVerdict(services, session, stage, checkKindOf(stage), number, observation, inputs);
  }
  if (!('applied' in found)) throw new Error(`${stage.name} is a change, which observes nothing`);
  const { evidence, expected, observed } = found.applied;
  return decideAndAppend(services.store, session, (deployment) =>
    decideToPass(deployment, stage, number, {
      evidence,
      judgement: { verdict: 'pass', expected, observed },
    }),
  );
}

const NOTHING: Observation = { evidence: null };

/** Whether the outside could be asked is nothing that an attempt is judged by. */
type Asked = { readonly progress: AwaitedProgress<Found> } | { readonly unreachable: NoneventError };

async function asking(ask: () => Promise<AwaitedProgress<Found>>): Promise<Asked> {
  try {
    return { progress: await ask() };
  } catch (thrown) {
    if (thrown instanceof NoneventError && thrown.code === 'StoreUnavailable') return { unreachable: thrown };
    throw thrown;
  }
}

function recordPending(services: Services, session: Session, stage: Stage, number: number): Promise<Session> {
  return decideAndAppend(services.store, session, (deployment) => {
    const { awaiting } = stageViewOf(deployment, stage.name);
    const token = awaiting?.tokens.at(-1);
    if (awaiting === undefined || token === undefined || awaiting.pending === true) return [];
    const { answer, reference } = awaiting;
    return decideToAwait(deployment, stage, { attempt: number, token, answer, reference, pending: true });
  });
}
