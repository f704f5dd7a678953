import { decideToBegin, decideToPass } from '../../lifecycle/decide.ts';
import { stageViewOf, standingOf } from '../../lifecycle/standing.ts';
import type { ChangeStage } from '../../pipeline/stage.ts';
import type { Applied, ChangeKind, Json } from '../kind.ts';
import { changeKindOf } from '../registry.ts';
import { attempt } from './attempt.ts';
import { type Begun, beginAttempt } from './begin-attempt.ts';
import { failStage } from './fail-stage.ts';
import type { Services } from './services.ts';
import { decideAndAppend, type Session } from './session.ts';
import { stageContext } from './stage-context.ts';
import { requireLeaseFor } from './under-lease.ts';

/**
 * Captures what the change will overwrite, records that with the start of the attempt, and only then applies. A later attempt
 * keeps the first capture, so a crash at any point leaves enough to undo.
 */
export async function performChange(
  services: Services,
  session: Session,
  stage: ChangeStage,
): Promise<Session> {
  const kind = changeKindOf(stage);
  const { session: begun, isOurs } = await beginChange(services, session, stage, kind);
  const known = stageViewOf(begun.deployment, stage.name);
  if (!isOurs || standingOf(begun.deployment, known) !== 'here' || !known.open) return begun;

  const number = known.attempts;
  const applied = await attempt<Applied>(
    services,
    begun,
    { seconds: stage.timeout, expected: `the change within ${stage.timeout} s`, watched: { stage, number } },
    async (signal) => {
      const context = await stageContext(services, begun, number, signal);
      await requireLeaseFor(services.store, begun.deployment.view, stage);
      return kind.apply(stage, context, known.capture ?? null);
    },
  );
  if (!applied.ok) return failStage(services, begun, stage, kind.recoveries, applied.cause, number);
  const { evidence, expected, observed } = applied.value;
  return decideAndAppend(services.store, begun, (deployment) =>
    decideToPass(deployment, stage, number, {
      evidence: evidence,
      judgement: { verdict: 'pass', expected, observed },
    }),
  );
}

async function beginChange(
  services: Services,
  session: Session,
  stage: ChangeStage,
  kind: ChangeKind<ChangeStage>,
): Promise<Begun> {
  const known = stageViewOf(session.deployment, stage.name);
  const captured =
    known.startedAt === undefined
      ? await attempt<Json>(
          services,
          session,
          { seconds: stage.timeout, expected: 'to know what the change will overwrite' },
          async (signal) =>
            kind.capture(stage, await stageContext(services, session, known.attempts + 1, signal)),
        )
      : ({ ok: true, value: null } as const);
  if (!captured.ok) {
    const failed = await failStage(services, session, stage, kind.recoveries, captured.cause);
    return { session: failed, isOurs: false };
  }
  return beginAttempt(services.store, session, known, (deployment) =>
    decideToBegin(deployment, stage, kind.recoveries, captured.value),
  );
}
