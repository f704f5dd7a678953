import { decideToBegin, decideToMeasure, decideToPass } from '../../lifecycle/decide.ts';
import { stageViewOf, standingOf } from '../../lifecycle/standing.ts';
import type { ChangeStage } from '../../pipeline/stage.ts';
import { pollInterval, workSeconds } from '../../pipeline/stage-class.ts';
import type { Applied, ChangeKind, Json, NotApplied } from '../kind.ts';
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
 * keeps the first capture, so a crash at any point leaves enough to undo. A change that waits for others stays open meanwhile.
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
  const seconds = workSeconds(stage);
  const applied = await attempt<Applied | NotApplied>(
    services,
    begun,
    { seconds, expected: `the change within ${seconds} s`, watched: { stage, number } },
    async (signal) => {
      const context = await stageContext(services, begun, number, signal);
      await requireLeaseFor(services.store, begun.deployment.view, stage);
      return kind.apply(stage, context, known.capture ?? null);
    },
  );
  if (!applied.ok) return failStage(services, begun, stage, kind.recoveries, applied.cause, number);
  if ('notApplied' in applied.value)
    return recordNotApplied(services, begun, stage, kind, number, applied.value);
  const { evidence, expected, observed } = applied.value;
  return decideAndAppend(services.store, begun, (deployment) =>
    decideToPass(deployment, stage, number, {
      evidence: evidence,
      judgement: { verdict: 'pass', expected, observed },
    }),
  );
}

/** What it waits for is recorded where that has changed, so that a long wait makes no long history. */
async function recordNotApplied(
  services: Services,
  session: Session,
  stage: ChangeStage,
  { recoveries }: ChangeKind<ChangeStage>,
  number: number,
  { notApplied, evidence, expected, observed }: NotApplied,
): Promise<Session> {
  if (notApplied === 'superseded') {
    const cause = { mode: 'superseded', expected, observed, evidence } as const;
    return failStage(services, session, stage, recoveries, cause, number);
  }
  const { startedAt, judgement: known } = stageViewOf(session.deployment, stage.name);
  if (services.now() - Date.parse(startedAt ?? '') >= stage.timeout * 1000) {
    const cause = { mode: 'timedOut', expected, observed, evidence } as const;
    // The waiting has had all its time; the recovery of the kind is for a single look that took too long.
    return failStage(services, session, stage, { ...recoveries, timedOut: 'compensate' }, cause, number);
  }
  if (known?.observed === observed) return session;
  const judgement = { verdict: 'inconclusive', expected, observed } as const;
  return decideAndAppend(services.store, session, (deployment) =>
    decideToMeasure(deployment, { stage: stage.name, attempt: number, evidence, judgement }, stage),
  );
}

async function beginChange(
  services: Services,
  session: Session,
  stage: ChangeStage,
  kind: ChangeKind<ChangeStage>,
): Promise<Begun> {
  const known = stageViewOf(session.deployment, stage.name);
  // A stage that waits goes on with the attempt that is open, whoever began it.
  if (known.open && pollInterval(stage) !== undefined) return { session, isOurs: true };
  const captured =
    known.startedAt === undefined
      ? await attempt<Json>(
          services,
          session,
          { seconds: workSeconds(stage), expected: 'to know what the change will overwrite' },
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
