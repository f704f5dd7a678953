import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type DeploymentEvent, event } from '../../history/events.ts';
import { type Cause, decideToAwait, decideToBegin } from '../../lifecycle/decide.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { stageViewOf, standingOf } from '../../lifecycle/standing.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { isChange } from '../../pipeline/stage-class.ts';
import { awaitedWork } from '../awaited-work.ts';
import type { Json } from '../kind.ts';
import { changeKindOf, checkKindOf, kindOf } from '../registry.ts';
import { advanceAwaited } from './advance-awaited.ts';
import { attempt } from './attempt.ts';
import { beginAttempt } from './begin-attempt.ts';
import { failStage } from './fail-stage.ts';
import { considerReuse, inputsNow } from './reuse-check.ts';
import type { Services } from './services.ts';
import { decideAndAppend, type Session } from './session.ts';
import { stageContext } from './stage-context.ts';

/**
 * Begins an attempt of a stage whose answer comes from outside, or goes on with the one that is open, and asks how far it is. That
 * the answer is awaited, and by which token, is recorded before anyone outside can answer.
 *
 * Errors: `StoreUnavailable`, with the attempt left open; `InvalidInput` for a task without a token.
 */
export async function performAwaited(
  services: Services,
  session: Session,
  stage: Stage,
  token: string | undefined,
): Promise<Session> {
  if (token === undefined) throw tokenless(session, stage);
  const { recoveries } = kindOf(stage);
  const lacking = awaitedWork(stage).lacks(services.cloud);
  if (lacking !== undefined) {
    const cause = {
      mode: 'rejected',
      expected: `a system with ${lacking}`,
      observed: 'this system does not have it',
    } as const;
    return failStage(services, session, stage, recoveries, cause satisfies Cause);
  }
  const { session: begun, key } = await beginAwaiting(services, session, stage, token);
  return advanceAwaited(services, begun, stage, key);
}

type Begun = { readonly session: Session; readonly key?: string };

async function beginAwaiting(
  services: Services,
  session: Session,
  stage: Stage,
  token: string,
): Promise<Begun> {
  const known = stageViewOf(session.deployment, stage.name);
  if (known.open) return goOnAwaiting(services, session, stage, token);
  const considered = isChange(stage)
    ? { session }
    : await considerReuse(services, session, stage, await inputsNow(services, session, stage));
  if (
    standingOf(considered.session.deployment, stageViewOf(considered.session.deployment, stage.name)) !==
    'here'
  )
    return considered;
  const capture = await captureFor(services, considered.session, stage);
  if (!capture.ok)
    return { session: await failStage(services, session, stage, kindOf(stage).recoveries, capture.cause) };
  const { answer } = awaitedWork(stage);
  const { key, reference } = newReference(answer);
  const begun = await beginAttempt(services.store, considered.session, known, (deployment) =>
    withAwaiting(
      decideToBegin(deployment, stage, kindOf(stage).recoveries, capture.value, notReusedIn(considered)),
      { token, answer, reference },
    ),
  );
  // Another task was faster: what it began is gone on with, and either token may be the one that still counts.
  return begun.isOurs
    ? { session: begun.session, ...keyed(key) }
    : goOnAwaiting(services, begun.session, stage, token);
}

function notReusedIn(considered: object): string | undefined {
  return 'notReused' in considered && typeof considered.notReused === 'string'
    ? considered.notReused
    : undefined;
}

function captureFor(services: Services, session: Session, stage: Stage) {
  const known = stageViewOf(session.deployment, stage.name);
  if (isChange(stage) && known.startedAt !== undefined) return { ok: true, value: null } as const;
  return attempt<Json>(
    services,
    session,
    { seconds: stage.timeout, expected: 'to know what there is before it begins' },
    async (signal) => {
      const context = await stageContext(services, session, known.attempts + 1, signal);
      return isChange(stage)
        ? changeKindOf(stage).capture(stage, context)
        : (checkKindOf(stage).begin?.(stage, context) ?? null);
    },
  );
}

type Awaiting = {
  readonly token: string;
  readonly answer: 'codeBuild' | 'report';
  readonly reference: string;
};

/** In one commit with the attempt that begins, so that there is no attempt without it. */
function withAwaiting(begun: readonly DeploymentEvent[], awaiting: Awaiting): readonly DeploymentEvent[] {
  const started = begun.find(({ type }) => type === 'StageStarted');
  if (started?.type !== 'StageStarted') return begun;
  const { stage, attempt: number } = started.data;
  return [...begun, event('StageAwaiting', { stage, attempt: number, ...awaiting })];
}

/**
 * A task that comes to an attempt which waits already, after a crash: from now on its token is answered too. A build is found by
 * the reference it has; a function that has not said that it will report is asked anew, with a new key.
 */
async function goOnAwaiting(
  services: Services,
  session: Session,
  stage: Stage,
  token: string,
): Promise<Begun> {
  const { answer } = awaitedWork(stage);
  const fresh = newReference(answer);
  const isKept = ({ awaiting }: ReturnType<typeof stageViewOf>) =>
    answer === 'codeBuild' || awaiting?.pending === true;
  const next = await decideAndAppend(services.store, session, (deployment: Deployment) => {
    const known = stageViewOf(deployment, stage.name);
    if (!known.open || known.awaiting === undefined) return [];
    if (isKept(known) && known.awaiting.tokens.includes(token)) return [];
    const { tokens: _, ...awaiting } = known.awaiting;
    const reference = isKept(known) ? awaiting.reference : fresh.reference;
    return decideToAwait(deployment, stage, { ...awaiting, token, reference });
  });
  const known = stageViewOf(next.deployment, stage.name);
  return { session: next, ...(isKept(known) ? {} : keyed(fresh.key)) };
}

/** What the outside carries. Nobody can know it before the history does, so nobody can be there first with a build of their own. */
function newReference(answer: Awaiting['answer']): { readonly reference: string; readonly key?: string } {
  switch (answer) {
    case 'codeBuild':
      return { reference: randomUUID() };
    case 'report': {
      const key = randomBytes(32).toString('base64url');
      return { key, reference: digestOfKey(key) };
    }
    default:
      return answer satisfies never;
  }
}

/** What is recorded of a key: enough to know it again, and nothing to make it of. */
export function digestOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function keyed(key: string | undefined): { readonly key?: string } {
  return key === undefined ? {} : { key };
}

function tokenless({ deployment }: Session, stage: Stage): NoneventError {
  return new NoneventError(
    'InvalidInput',
    `stage ${stage.name} of ${deployment.view.deployment} waits for an answer, but its task has no token`,
    {
      fields: { stage: stage.name },
      hint: 'the execution runs another definition than the one the deployment pinned',
    },
  );
}
