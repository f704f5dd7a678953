import { type DeploymentEvent, event } from '../../lib/history/events.ts';
import type { Cause } from '../../lib/lifecycle/decide.ts';
import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import type { Recoveries } from '../../lib/lifecycle/recoveries.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import type { Stage } from '../../lib/pipeline/stage.ts';
import { stagesOf } from '../../lib/pipeline/steps.ts';
import { attemptFailed, commitsOf, opened, passed, STARTED, stageFailed, started } from './histories.ts';
import { pipelineOf } from './pipelines.ts';

/** Every stage has two retries, and the last is measured again and again. */
export const PIPELINE = pipelineOf('command unit', 'custom notify', 'analysis watch');
export const [UNIT, NOTIFY, WATCH] = stagesOf(PIPELINE) as [Stage, Stage, Stage];
export const RECOVERIES: Recoveries = {
  rejected: 'compensate',
  inconclusive: 'extend',
  errored: 'retry',
  timedOut: 'compensate',
  lost: 'retry',
  stopped: 'compensate',
  superseded: 'compensate',
};
export const ERRORED: Cause = { mode: 'errored', expected: 'an answer', observed: 'none' };
export const INCONCLUSIVE: Cause = {
  mode: 'inconclusive',
  expected: '10 requests',
  observed: '3',
  evidence: { requests: 3 },
};

export const REQUESTED = [opened(PIPELINE)] as const;
export const RUNNING = [...REQUESTED, STARTED, started('unit')] as const;
export const CHANGING = [...RUNNING, passed('unit'), started('notify', 1, 'before')] as const;
export const WATCHING = [...CHANGING, passed('notify'), started('watch', 1, 'since')] as const;
export const STOP = event('StopRequested', { actor: 'ada', reason: 'because' });

export function standsAfter(...events: readonly DeploymentEvent[]): Deployment {
  return replay(commitsOf(...events));
}

/** Where the outcome of the first attempt of `unit` comes too late. */
export function lateOutcomes(): readonly (readonly [string, Deployment])[] {
  return [
    ['after it passed', standsAfter(...RUNNING, passed('unit'))],
    ['after it failed', standsAfter(...RUNNING, stageFailed('unit'))],
    ['after its attempt was given up', standsAfter(...RUNNING, attemptFailed('unit', 1))],
    ['after the next attempt began', standsAfter(...RUNNING, attemptFailed('unit', 1), started('unit', 2))],
    ['before it began', standsAfter(opened(PIPELINE), STARTED)],
  ];
}
