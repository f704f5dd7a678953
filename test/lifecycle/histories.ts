import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { type DeploymentEvent, event } from '../../lib/history/events.ts';
import type { Failure, FailureMode } from '../../lib/history/failure.ts';
import type { Recorded } from '../../lib/lifecycle/replay.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../lib/pipeline/release.ts';

export const DEPLOYMENT = 'd0000000000000000001' as DeploymentId;
export const A_DIGEST = `sha256:${'a'.repeat(64)}` as Digest;
export const ANOTHER_DIGEST = `sha256:${'b'.repeat(64)}` as Digest;

export const JUDGEMENT = { verdict: 'pass', expected: 'exit 0', observed: 'exit 0' } as const;
export const FOUND = { evidence: { exit: 0 }, judgement: JUDGEMENT };
export const SUMMARY = { summary: { stages: {}, failedStage: null } };

export function opened(pipeline: Pipeline): DeploymentEvent {
  return event('DeploymentRequested', {
    deployment: DEPLOYMENT,
    kind: 'forward',
    pipeline,
    pipelineDigest: A_DIGEST,
    release: { version: '1.0.0', artifact: A_DIGEST },
    trigger: { id: 'push-1', source: 'cli', actor: 'ada' },
    lifecycle: 1,
  });
}

export const STARTED: DeploymentEvent = event('DeploymentStarted', { entry: 'forward' });

export function started(stage: string, attempt = 1, capture: null | string = null): DeploymentEvent {
  return event('StageStarted', { stage, attempt, capture });
}

export function passed(stage: string, attempt = 1): DeploymentEvent {
  return event('StagePassed', { stage, attempt, ...FOUND });
}

export function attemptFailed(
  stage: string,
  attempt: number,
  recovery: Failure['recovery'] = 'retry',
): DeploymentEvent {
  return event('StageAttemptFailed', {
    stage,
    attempt,
    lane: 'forward',
    failure: failed('errored', recovery),
  });
}

export function stageFailed(stage: string, attempt = 1): DeploymentEvent {
  return event('StageFailed', { stage, attempt, failure: failed('rejected', 'compensate') });
}

export function undone(stage: string): DeploymentEvent {
  return event('StageUndone', { stage, effect: 'undone' });
}

export function failed(mode: FailureMode, recovery: Failure['recovery']): Failure {
  return {
    mode,
    question: 'Does it hold?',
    expected: 'exit 0',
    observed: 'exit 1',
    recovery,
    next: 'mend it',
  };
}

/** Commits of one event each, a second apart. */
export function commitsOf(...events: readonly DeploymentEvent[]): readonly Recorded[] {
  return events.map((recorded, index) => ({ seq: index + 1, at: at(index + 1), events: [recorded] }));
}

/** The time of a commit of `commitsOf`. */
export function at(seq: number): string {
  return `2026-01-02T03:04:${String(seq).padStart(2, '0')}.000Z`;
}
