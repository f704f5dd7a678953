import type { DeploymentId } from '../lib/history/deployment-id.ts';
import { digestOf, pipelineDigest } from '../lib/history/digests.ts';
import { type DeploymentEvent, event } from '../lib/history/events.ts';
import type { Failure } from '../lib/history/failure.ts';
import type { Recorded } from '../lib/lifecycle/replay.ts';
import { type Pipeline, pipelineSchema } from '../lib/pipeline/pipeline.ts';
import type { Stage } from '../lib/pipeline/stage.ts';
import { isChange } from '../lib/pipeline/stage-class.ts';
import { changesOf, stagesOf } from '../lib/pipeline/steps.ts';

/** How a history ends: at the end of the pipeline, or at the stage that fails, its undo lane whole or not. */
type Ending = { readonly failsAt?: string; readonly undoFailsAt?: string };

const ENDINGS: readonly Ending[] = [
  {},
  {},
  {},
  { failsAt: 'unit-tests' },
  { failsAt: 'canary-10-analysis' },
  { failsAt: 'canary-50-analysis' },
  { failsAt: 'canary-50-analysis', undoFailsAt: 'canary-10' },
];

const QUESTION = { expect: 2, timeout: 60, retries: 2, question: 'Does it hold?' } as const;
const IN_PRODUCTION = { ...QUESTION, environment: 'production' } as const;
const CRITERIA = { for: 10, interval: 1, minRequests: 10, errorRate: { max: 0.01 } } as const;

/** Ten stages with a canary, as most pipelines have them. */
export const PIPELINE: Pipeline = pipelineSchema.parse({
  pipeline: 'storefront',
  environments: { production: { target: { kind: 'process', start: 'node server.js', port: 4100 } } },
  stages: [
    {
      parallel: 'early',
      stages: [
        { ...QUESTION, kind: 'command', name: 'lint', run: 'npm run lint' },
        { ...QUESTION, kind: 'command', name: 'unit-tests', run: 'npm test' },
      ],
    },
    { ...IN_PRODUCTION, kind: 'acquire', name: 'acquire-production' },
    { ...IN_PRODUCTION, kind: 'place', name: 'canary-place' },
    { ...IN_PRODUCTION, kind: 'http', name: 'canary-smoke', url: '/health' },
    { ...IN_PRODUCTION, kind: 'shift', name: 'canary-10', percent: 10 },
    { ...IN_PRODUCTION, ...CRITERIA, kind: 'analysis', name: 'canary-10-analysis' },
    { ...IN_PRODUCTION, kind: 'shift', name: 'canary-50', percent: 50 },
    { ...IN_PRODUCTION, ...CRITERIA, kind: 'analysis', name: 'canary-50-analysis' },
    { ...IN_PRODUCTION, kind: 'shift', name: 'canary-100', percent: 100 },
  ],
});

/** One history for each ending, each event in a commit of its own as the handlers write them. */
export function histories(): readonly (readonly Recorded[])[] {
  return ENDINGS.map((ending, index) =>
    eventsOf(ending, index).map((recorded, seq) => ({
      seq: seq + 1,
      at: new Date(Date.UTC(2026, 0, 2, 3, 4, seq)).toISOString(),
      events: [recorded],
    })),
  );
}

function eventsOf({ failsAt, undoFailsAt }: Ending, index: number): readonly DeploymentEvent[] {
  const stages = stagesOf(PIPELINE);
  const last = failsAt === undefined ? stages.length : stages.findIndex((stage) => stage.name === failsAt);
  const begun = stages.slice(0, last);
  const failing = stages[last];
  const summary = { summary: { stages: {}, failedStage: failsAt ?? null } };
  const forward = [
    opening(index),
    event('DeploymentStarted', { entry: 'forward' }),
    ...begun.flatMap(passing),
  ];
  if (failing === undefined) return [...forward, event('DeploymentSucceeded', summary)];
  const changes = changesOf(PIPELINE).filter((change) => begun.includes(change));
  const undone = changes.map((change) => change.name).reverse();
  const whole = undoFailsAt === undefined ? undone : undone.slice(0, undone.indexOf(undoFailsAt));
  return [
    ...forward,
    event('StageStarted', { stage: failing.name, attempt: 1, capture: null }),
    event('StageFailed', { stage: failing.name, attempt: 1, failure: failureOf('compensate') }),
    ...whole.map((stage) => event('StageUndone', { stage, effect: 'undone', evidence: null })),
    ...endingOf(undone.length, undoFailsAt, summary),
  ];
}

function endingOf(
  undone: number,
  undoFailsAt: string | undefined,
  summary: { readonly summary: { stages: Record<string, never>; failedStage: string | null } },
): readonly DeploymentEvent[] {
  if (undone === 0) return [event('DeploymentFailed', summary)];
  if (undoFailsAt === undefined) return [event('DeploymentRolledBack', summary)];
  return [
    event('StageAttemptFailed', {
      stage: undoFailsAt,
      attempt: 1,
      lane: 'undo',
      failure: failureOf('retry'),
    }),
    event('UndoFailed', { stage: undoFailsAt, failure: failureOf('compensate') }),
    event('DeploymentStuck', { ...summary, next: 'restore by hand' }),
  ];
}

function opening(index: number): DeploymentEvent {
  return event('DeploymentRequested', {
    deployment: `0123456789abcdef000${index}` as DeploymentId,
    kind: 'forward',
    pipeline: PIPELINE,
    pipelineDigest: pipelineDigest(PIPELINE),
    release: { version: '1.0.0', artifact: digestOf('release') },
    trigger: { id: `push-${index}`, source: 'cli', actor: 'ada' },
    lifecycle: 1,
  });
}

const MEASUREMENTS = 9;

function passing(stage: Stage): readonly DeploymentEvent[] {
  const evidence = { requests: 1200, errors: 0, p95: 0.012 };
  const judgement = { verdict: 'pass', expected: 'at most 1 % errors', observed: '0 % errors' } as const;
  const measured = event('StageMeasured', { stage: stage.name, attempt: 1, evidence, judgement });
  return [
    event('StageStarted', {
      stage: stage.name,
      attempt: 1,
      capture: isChange(stage) ? { weight: 0 } : null,
    }),
    ...(stage.kind === 'analysis' ? Array.from({ length: MEASUREMENTS }, () => measured) : []),
    event('StagePassed', { stage: stage.name, attempt: 1, evidence, judgement }),
  ];
}

function failureOf(recovery: Failure['recovery']): Failure {
  return {
    mode: 'rejected',
    question: 'Does it hold?',
    expected: 'at most 1 % errors',
    observed: '12 % errors',
    recovery,
    next: 'mend the cause and deploy again',
  };
}
