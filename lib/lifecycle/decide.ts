import type { Judgement } from '../history/deployment-events.ts';
import { type DeploymentEvent, type EventData, event } from '../history/events.ts';
import type { Failure, FailureMode } from '../history/failure.ts';
import type { Json } from '../pipeline/json.ts';
import type { Digest } from '../pipeline/release.ts';
import type { Stage } from '../pipeline/stage.ts';
import { isContract, pollInterval } from '../pipeline/stage-class.ts';
import type { Deployment } from './deployment.ts';
import { REQUESTED } from './leaves.ts';
import type { Recoveries } from './recoveries.ts';
import { stageViewOf } from './standing.ts';
import type { DeploymentView, Outcome } from './view.ts';

/** Events that one decision writes, in one commit. None: there is nothing left to do. */
export type Decision = readonly DeploymentEvent[];

/** Why an attempt failed, before it is decided what is done about it. */
export type Cause = {
  readonly mode: FailureMode;
  readonly expected: string;
  readonly observed: string;
  readonly evidence?: Json;
  /** What to do next, where that is known better than the recovery tells. */
  readonly next?: string;
};

type Capture = Json | undefined;

/**
 * Begins the next attempt of a stage. An attempt that was begun and never ended is recorded as lost first. Nothing begins once a
 * stop was asked for, but a contract that has begun goes on.
 */
export function decideToBegin(
  deployment: Deployment,
  stage: Stage,
  recoveries: Recoveries,
  capture: Capture,
  notReused?: string,
): Decision {
  const known = stageViewOf(deployment, stage.name);
  if (isStopped(deployment, stage)) return decideToFail(deployment, stage, recoveries, STOPPED);
  if (known.open && pollInterval(stage) !== undefined) return [];
  if (known.open && !mayTryAgain(deployment, stage, recoveries, 'lost')) {
    return decideToFail(deployment, stage, recoveries, LOST);
  }
  const lost = known.open ? decideToFail(deployment, stage, recoveries, LOST) : opening(deployment);
  const first = known.startedAt === undefined || known.class === 'check';
  return [
    ...lost,
    event('StageStarted', {
      stage: stage.name,
      attempt: known.attempts + 1,
      ...(first ? { capture } : {}),
      ...(notReused === undefined ? {} : { notReused }),
    }),
  ];
}

const LOST: Cause = {
  mode: 'lost',
  expected: 'an outcome of the attempt',
  observed: 'the attempt began and its executor vanished without recording an outcome',
};

/**
 * Records that a stage passed, unless this attempt is no longer the one that counts. A stop that came before the outcome
 * makes the stage fail with `stopped`, however well it went; but not a contract, which nothing comes after and nothing takes back.
 */
export function decideToPass(
  deployment: Deployment,
  stage: Stage,
  attempt: number,
  found: {
    readonly evidence: Json;
    readonly judgement: Judgement;
    readonly artifact?: Digest;
    readonly inputs?: Digest;
  },
): Decision {
  if (!isOpen(deployment, stage, attempt)) return [];
  if (!isStopped(deployment, stage)) {
    return [event('StagePassed', { stage: stage.name, attempt, ...found })];
  }
  const { expected } = found.judgement;
  return [
    event('StageFailed', {
      stage: stage.name,
      attempt,
      failure: failureOf(stage, { ...STOPPED, expected, evidence: found.evidence }, 'compensate'),
    }),
  ];
}

/** Why a stage fails when its deployment was asked to stop. */
export const STOPPED: Cause = {
  mode: 'stopped',
  expected: 'to go on',
  observed: 'the deployment was asked to stop',
};

/** Records that the open attempt of a stage waits for somebody outside, unless this attempt is no longer the one that counts. */
export function decideToAwait(
  deployment: Deployment,
  stage: Stage,
  data: Omit<EventData<'StageAwaiting'>, 'stage'>,
): Decision {
  return isOpen(deployment, stage, data.attempt)
    ? [event('StageAwaiting', { stage: stage.name, ...data })]
    : [];
}

/** Records a measurement of a stage that is measured again, unless this attempt is no longer the one that counts. */
export function decideToMeasure(
  deployment: Deployment,
  data: EventData<'StageMeasured'>,
  stage: Stage,
): Decision {
  return isOpen(deployment, stage, data.attempt) ? [event('StageMeasured', data)] : [];
}

/** Observes once more for the same time, measured from where the first observation began. */
export function decideToExtend(
  deployment: Deployment,
  stage: Stage,
  attempt: number,
  cause: Cause,
): Decision {
  if (!isOpen(deployment, stage, attempt)) return [];
  const { capture } = stageViewOf(deployment, stage.name);
  return [
    event('StageAttemptFailed', {
      stage: stage.name,
      attempt,
      lane: 'forward',
      failure: failureOf(stage, cause, 'extend'),
    }),
    event('StageStarted', { stage: stage.name, attempt: attempt + 1, capture: capture as Capture }),
  ];
}

/** Whether a stage has been given its one extension. */
export function isExtended(deployment: Deployment, stage: Stage): boolean {
  return stageViewOf(deployment, stage.name).extended;
}

/** Records that an attempt failed: for good, or to be tried again where the kind and the bound allow it. */
export function decideToFail(
  deployment: Deployment,
  stage: Stage,
  recoveries: Recoveries,
  cause: Cause,
): Decision {
  const known = stageViewOf(deployment, stage.name);
  if (mayTryAgain(deployment, stage, recoveries, cause.mode)) {
    const attempt = known.open ? known.attempts : known.attempts + 1;
    return [
      ...opening(deployment),
      event('StageAttemptFailed', {
        stage: stage.name,
        attempt,
        lane: 'forward',
        failure: failureOf(stage, cause, 'retry'),
      }),
    ];
  }
  if (isWithoutForce(stage) && cause.mode !== 'stopped' && cause.mode !== 'superseded') {
    return passUnjudged(deployment, stage, cause);
  }
  return [
    ...opening(deployment),
    event('StageFailed', {
      stage: stage.name,
      attempt: known.startedAt === undefined ? 0 : Math.max(1, known.attempts),
      failure: failureOf(stage, cause, 'compensate'),
    }),
  ];
}

/** A check that only watches or advises does not stop a deployment, not even by failing to find anything out. */
function isWithoutForce(stage: Stage): boolean {
  return 'mode' in stage && stage.mode !== 'enforcing';
}

function passUnjudged(deployment: Deployment, stage: Stage, cause: Cause): Decision {
  const { attempts, open } = stageViewOf(deployment, stage.name);
  const attempt = open ? attempts : attempts + 1;
  return [
    ...opening(deployment),
    ...(open ? [] : [event('StageStarted', { stage: stage.name, attempt })]),
    event('StagePassed', {
      stage: stage.name,
      attempt,
      evidence: null,
      judgement: {
        verdict: 'inconclusive',
        expected: cause.expected,
        observed: `${cause.mode}: ${cause.observed}`,
      },
    }),
  ];
}

/**
 * Whether a stage is not to go on because its deployment was asked to stop. A contract that has begun goes on: nothing takes it
 * back, and what is half done is worse than what is done.
 */
export function isStopped(deployment: Deployment, stage: Stage): boolean {
  if (deployment.view.stop === undefined) return false;
  return !isContract(stage) || stageViewOf(deployment, stage.name).startedAt === undefined;
}

/** Whether the attempt is the one that counts: begun, without an outcome, and the deployment still at this stage. */
export function isOpen(deployment: Deployment, stage: Stage, attempt: number): boolean {
  const known = stageViewOf(deployment, stage.name);
  return deployment.state.includes(stage.name) && known.open && known.attempts === attempt;
}

/** Ends a deployment at the outcome its machine has come to. */
export function decideToConclude({ view }: Deployment, outcome: Outcome, next: string): Decision {
  const summary: EventData<'DeploymentSucceeded'>['summary'] = {
    stages: Object.fromEntries(view.stages.map((stage) => [stage.name, stage.state])),
    failedStage: failedStageOf(view),
  };
  switch (outcome) {
    case 'succeeded':
      return [event('DeploymentSucceeded', { summary })];
    case 'failed':
      return [event('DeploymentFailed', { summary })];
    case 'rolledBack':
      return [event('DeploymentRolledBack', { summary })];
    case 'stuck':
      return [event('DeploymentStuck', { summary, next })];
    default:
      return outcome satisfies never;
  }
}

/** A rollback that was refused failed at its entry, which is no stage. */
function failedStageOf({ failure, stages }: DeploymentView): string | null {
  return stages.find((stage) => stage.name === failure?.stage)?.name ?? null;
}

/** The first event after the request says that the deployment runs. */
export function opening(deployment: Deployment, entry: DeploymentView['kind'] = 'forward'): Decision {
  return deployment.state.includes(REQUESTED) ? [event('DeploymentStarted', { entry })] : [];
}

function mayTryAgain(
  deployment: Deployment,
  stage: Stage,
  recoveries: Recoveries,
  mode: FailureMode,
): boolean {
  const known = stageViewOf(deployment, stage.name);
  const attempts = known.open ? known.attempts : known.attempts + 1;
  const retries = attempts - (known.extended ? 2 : 1);
  return recoveries[mode] === 'retry' && retries < stage.retries && !isStopped(deployment, stage);
}

/** The failure as it is recorded: what was asked, what was expected and seen, and what is done about it. */
export function failureOf(stage: Stage, cause: Cause, recovery: Failure['recovery']): Failure {
  const next = recovery === 'compensate' ? (cause.next ?? NEXT.compensate) : NEXT[recovery];
  return { ...cause, question: stage.question, recovery, next };
}

/** The failure of an undo that is not tried again: the one case in which somebody has to act. */
export function undoFailureOf(stage: Stage, cause: Cause): Failure {
  const next = `see what is true with \`nonevent explain\`, and restore what ${stage.name} changed by hand; the lease stays with this deployment until \`nonevent unlock\` frees it`;
  return { ...failureOf(stage, cause, 'compensate'), next };
}

const NEXT: Readonly<Record<Failure['recovery'], string>> = {
  retry: 'none: it is tried again',
  extend: 'none: it is observed once more',
  compensate: 'none: every change is undone; mend the cause and deploy again',
};
