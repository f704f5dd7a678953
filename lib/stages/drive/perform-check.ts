import {
  decideToBegin,
  decideToExtend,
  decideToMeasure,
  decideToPass,
  isExtended,
} from '../../lifecycle/decide.ts';
import { stageViewOf, standingOf } from '../../lifecycle/standing.ts';
import type { Digest } from '../../pipeline/release.ts';
import type { CheckStage } from '../../pipeline/stage.ts';
import { pollInterval } from '../../pipeline/stage-class.ts';
import type { CheckKind, Json, Observation } from '../kind.ts';
import { checkKindOf } from '../registry.ts';
import type { Inputs } from '../reuse/inputs.ts';
import { attempt } from './attempt.ts';
import { type Begun, beginAttempt } from './begin-attempt.ts';
import { failStage } from './fail-stage.ts';
import { type Considered, considerReuse, inputsNow } from './reuse-check.ts';
import type { Services } from './services.ts';
import { decideAndAppend, type Session } from './session.ts';
import { stageContext } from './stage-context.ts';

/** Begins an attempt where none is open, observes once, judges, and records the outcome. In a rerun it may be taken over instead. */
export async function performCheck(
  services: Services,
  session: Session,
  stage: CheckStage,
): Promise<Session> {
  const kind = checkKindOf(stage);
  const inputs = await inputsNow(services, session, stage);
  const considered = await considerReuse(services, session, stage, inputs);
  const { session: begun, isOurs } = await beginCheck(services, considered, stage, kind);
  const known = stageViewOf(begun.deployment, stage.name);
  if (!isOurs || standingOf(begun.deployment, known) !== 'here' || !known.open) return begun;

  const number = known.attempts;
  const observed = await attempt<Observation>(
    services,
    begun,
    { seconds: stage.timeout, expected: `an answer within ${stage.timeout} s`, watched: { stage, number } },
    async (signal) =>
      kind.observe(stage, await stageContext(services, begun, number, signal), known.capture ?? null),
  );
  if (!observed.ok) return failStage(services, begun, stage, kind.recoveries, observed.cause, number);
  return recordVerdict(services, begun, stage, kind, number, observed.value, inputs);
}

async function beginCheck(
  services: Services,
  { session, notReused }: Considered,
  stage: CheckStage,
  kind: CheckKind<CheckStage>,
): Promise<Begun> {
  const known = stageViewOf(session.deployment, stage.name);
  if (standingOf(session.deployment, known) !== 'here') return { session, isOurs: false };
  const begin = kind.begin;
  // A stage that is measured again goes on with the attempt that is open, whoever began it.
  if (known.open && pollInterval(stage) !== undefined) return { session, isOurs: true };
  const capture = await attempt<Json>(
    services,
    session,
    { seconds: stage.timeout, expected: 'something to measure from' },
    async (signal) =>
      begin === undefined
        ? null
        : begin(stage, await stageContext(services, session, known.attempts + 1, signal)),
  );
  if (!capture.ok) {
    const failed = await failStage(services, session, stage, kind.recoveries, capture.cause);
    return { session: failed, isOurs: false };
  }
  return beginAttempt(services.store, session, known, (deployment) =>
    decideToBegin(deployment, stage, kind.recoveries, capture.value, notReused),
  );
}

/** A verdict of a check that does not enforce is recorded and lets the deployment pass. */
export async function recordVerdict(
  services: Services,
  session: Session,
  stage: CheckStage,
  kind: CheckKind<CheckStage>,
  number: number,
  { evidence, artifact }: Observation,
  inputs: Inputs,
): Promise<Session> {
  const judgement = kind.judge(stage, evidence);
  const cause = { expected: judgement.expected, observed: judgement.observed, evidence };
  const passes =
    judgement.verdict === 'pass' ||
    (stage.mode !== 'enforcing' && isOver(services, session, stage, judgement.verdict));
  if (passes) {
    const found = {
      evidence,
      judgement,
      ...(artifact === undefined ? {} : { artifact }),
      ...(await unchangedInputs(services, session, stage, inputs)),
    };
    return decideAndAppend(services.store, session, (deployment) =>
      decideToPass(deployment, stage, number, found),
    );
  }
  if (judgement.verdict === 'fail') {
    return failStage(services, session, stage, kind.recoveries, { mode: 'rejected', ...cause }, number);
  }
  if (!isOver(services, session, stage, judgement.verdict)) {
    const measured = { stage: stage.name, attempt: number, evidence, judgement };
    return decideAndAppend(services.store, session, (deployment) =>
      decideToMeasure(deployment, measured, stage),
    );
  }
  const inconclusive = { mode: 'inconclusive', ...cause } as const;
  if (kind.recoveries.inconclusive === 'extend' && !isExtended(session.deployment, stage)) {
    return decideAndAppend(services.store, session, (deployment) =>
      decideToExtend(deployment, stage, number, inconclusive),
    );
  }
  return failStage(services, session, stage, kind.recoveries, inconclusive, number);
}

/** What changed while it was looked at is no basis for taking the verdict over later. */
async function unchangedInputs(
  services: Services,
  session: Session,
  stage: CheckStage,
  before: Inputs,
): Promise<{ readonly inputs?: Digest }> {
  if ('never' in before) return {};
  const after = await inputsNow(services, session, stage);
  return 'digest' in after && after.digest === before.digest ? { inputs: after.digest } : {};
}

/** Whether no later measurement can change the verdict: the check is not polled, it has decided, or its time is up. */
function isOver(services: Services, session: Session, stage: CheckStage, verdict: string): boolean {
  if (pollInterval(stage) === undefined || verdict === 'fail') return true;
  const { attemptStartedAt } = stageViewOf(session.deployment, stage.name);
  return services.now() - Date.parse(attemptStartedAt ?? '') >= stage.timeout * 1000;
}
