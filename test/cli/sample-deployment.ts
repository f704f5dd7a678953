import type { LivePair } from '../../lib/environments/environment.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { type Event, event } from '../../lib/history/events.ts';
import type { Failure } from '../../lib/history/failure.ts';
import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { type Pipeline, pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../lib/pipeline/release.ts';

export const ID = '7a31c9e0b2d4f6a81357' as DeploymentId;
export const EARLIER_ID = '7a99000000000000aaaa' as DeploymentId;
export const ARTIFACT = `sha256:${'a'.repeat(64)}` as Digest;

/** Of the canonical text of PIPELINE, by Python's hashlib. */
const PIPELINE_DIGEST = 'sha256:8d4312de4ac6024867aa6dafe1f62d672e2bf8f2bea04e5bface4a554a3b1a9a' as Digest;

/** A check, the lease, a placement and a canary check. */
export const PIPELINE: Pipeline = pipelineSchema.parse({
  pipeline: 'storefront',
  environments: { production: { target: { kind: 'process', start: 'node server.js', port: 8080 } } },
  stages: [
    {
      kind: 'command',
      name: 'unit-tests',
      question: 'Do the unit tests pass?',
      expect: '10s',
      timeout: '1m',
      run: 'npm test',
    },
    {
      kind: 'acquire',
      name: 'acquire-production',
      question: 'Is the environment free?',
      expect: '1s',
      timeout: '1m',
      environment: 'production',
    },
    {
      kind: 'place',
      name: 'rollout-place',
      question: 'Does the release start?',
      expect: '2s',
      timeout: '30s',
      environment: 'production',
    },
    {
      kind: 'http',
      name: 'rollout-smoke',
      question: 'Does it answer?',
      expect: '2s',
      timeout: '30s',
      environment: 'production',
      url: '/',
    },
  ],
});

const PASS = { verdict: 'pass', expected: 'exit code 0', observed: 'exit code 0' } as const;

export const REJECTED: Failure = {
  mode: 'rejected',
  question: 'Does it answer?',
  expected: 'status 200 from /',
  observed: 'status 500 from /',
  evidence: { status: 500, body: 'no\u001b[31m stock\nat line 3' },
  recovery: 'compensate',
  next: 'ask the revision for / on your machine',
};

export const requestedBy = (deployment: DeploymentId, version: string): Event =>
  event('DeploymentRequested', {
    deployment,
    kind: 'forward',
    pipeline: PIPELINE,
    pipelineDigest: PIPELINE_DIGEST,
    release: { version, artifact: ARTIFACT },
    trigger: { id: 'live:none', source: 'cli', actor: 'ada' },
    lifecycle: 1,
  });

/** A deployment that fails at its smoke test, each event a second after the one before. */
export const STORY: readonly Event[] = [
  requestedBy(ID, '2.0.0'),
  event('DeploymentStarted', { entry: 'forward' }),
  event('StageStarted', { stage: 'unit-tests', attempt: 1 }),
  event('StagePassed', { stage: 'unit-tests', attempt: 1, evidence: { exitCode: 0 }, judgement: PASS }),
  event('StageStarted', { stage: 'acquire-production', attempt: 1, capture: null }),
  event('StagePassed', {
    stage: 'acquire-production',
    attempt: 1,
    evidence: { fence: 1 },
    judgement: { verdict: 'pass', expected: 'the lease', observed: 'fence 1' },
  }),
  event('StageStarted', { stage: 'rollout-place', attempt: 1, capture: null }),
  event('StagePassed', {
    stage: 'rollout-place',
    attempt: 1,
    evidence: { port: 4001 },
    judgement: { verdict: 'pass', expected: 'healthy', observed: 'healthy after 0.4s' },
  }),
  event('StageStarted', { stage: 'rollout-smoke', attempt: 1 }),
  event('StageFailed', { stage: 'rollout-smoke', attempt: 1, failure: REJECTED }),
  event('StageUndone', { stage: 'rollout-place', effect: 'undone' }),
  event('StageUndone', { stage: 'acquire-production', effect: 'undone' }),
  event('DeploymentRolledBack', {
    summary: {
      stages: {
        'unit-tests': 'passed',
        'acquire-production': 'undone',
        'rollout-place': 'undone',
        'rollout-smoke': 'failed',
      },
      failedStage: 'rollout-smoke',
    },
  }),
];

/** The story's deployment as of its first `count` events. */
export function asOf(count: number, story: readonly Event[] = STORY): Deployment {
  return replay(
    story.slice(0, count).map((fact, index) => ({ seq: index + 1, at: at(index), events: [fact] })),
  );
}

/** The time of the event with this index. */
export function at(index: number): string {
  return new Date(Date.UTC(2026, 10, 23, 4, 12, index)).toISOString();
}

export const LIVE: LivePair = {
  live: {
    revision: '1.0.0-7a990000',
    deployment: EARLIER_ID,
    release: { version: '1.0.0', artifact: ARTIFACT },
  },
  knownGood: null,
};
