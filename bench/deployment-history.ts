import { beginningOf, type ChainPosition, hashCommit, type StoredCommit } from '../lib/history/chain.ts';
import type { DeploymentId } from '../lib/history/deployment-id.ts';
import { digestOf, pipelineDigest } from '../lib/history/digests.ts';
import { encodeEvents } from '../lib/history/encode.ts';
import { type Event, event } from '../lib/history/events.ts';
import { deploymentStream } from '../lib/history/stream-name.ts';
import type { Json } from '../lib/pipeline/json.ts';
import { type Pipeline, pipelineSchema } from '../lib/pipeline/pipeline.ts';
import type { Stage } from '../lib/pipeline/stage.ts';
import { stagesOf } from '../lib/pipeline/steps.ts';
import { type Counters, LATENCY_BOUNDS } from '../lib/targets/target.ts';

const DEPLOYMENT = '0123456789abcdef0123' as DeploymentId;
const LIVE = '1.0.0-fedcba98';
const NEW = '2.0.0-01234567';

/** The commits of a succeeded canary deployment of ten stages, with evidence of the size that such stages record. */
export function deploymentHistory(): readonly StoredCommit[] {
  const commits: StoredCommit[] = [];
  let position: ChainPosition = beginningOf(deploymentStream(DEPLOYMENT));
  for (const events of batches(canary())) {
    const unhashed = {
      stream: position.stream,
      seq: position.seq + 1,
      at: new Date(Date.UTC(2026, 0, 2, 3, 4, position.seq)).toISOString(),
      commit: `00000000-0000-4000-8000-${String(position.seq).padStart(12, '0')}`,
      prev: position.hash,
      body: encodeEvents(events),
    };
    const commit = { ...unhashed, hash: hashCommit(unhashed) };
    commits.push(commit);
    position = commit;
  }
  return commits;
}

/** The events of one passed check, as one append would write them. */
export function passedCheck(stage: string): readonly Event[] {
  return [
    event('StagePassed', {
      stage,
      attempt: 1,
      evidence: { exit: 0, seconds: 3.2, tail: '128 tests passed, 0 failed, 3 skipped\n'.repeat(16) },
      judgement: { verdict: 'pass', expected: 'exit 0 within 60 s', observed: 'exit 0 after 3.2 s' },
    }),
  ];
}

function batches(pipeline: Pipeline): readonly (readonly Event[])[] {
  const stages = stagesOf(pipeline);
  return [
    [
      event('DeploymentRequested', {
        deployment: DEPLOYMENT,
        kind: 'forward',
        pipeline,
        pipelineDigest: pipelineDigest(pipeline),
        release: { version: '2.0.0', artifact: digestOf('release') },
        trigger: { id: 'push-1', source: 'cli', actor: 'ada' },
        lifecycle: 1,
      }),
    ],
    [event('DeploymentStarted', { entry: 'forward' })],
    ...stages.flatMap(eventsOf),
    [
      event('DeploymentSucceeded', {
        summary: {
          stages: Object.fromEntries(stages.map(({ name }) => [name, 'passed'] as const)),
          failedStage: null,
        },
      }),
    ],
  ];
}

function eventsOf(stage: Stage): readonly (readonly Event[])[] {
  switch (stage.kind) {
    case 'command':
      return [[event('StageStarted', { stage: stage.name, attempt: 1 })], passedCheck(stage.name)];
    case 'analysis':
      return [
        [event('StageStarted', { stage: stage.name, attempt: 1, capture: counters(1000) })],
        [
          event('StagePassed', {
            stage: stage.name,
            attempt: 1,
            evidence: { from: counters(1000), to: counters(3000) },
            judgement: {
              verdict: 'pass',
              expected: 'error rate at most 1%, p95 at most 1.5 times that of the live revision',
              observed: 'error rate 0.1% of 2000 requests, p95 11.3 ms against 10.8 ms',
            },
          }),
        ],
      ];
    default:
      return [
        [event('StageStarted', { stage: stage.name, attempt: 1, capture: { weights: { [LIVE]: 100 } } })],
        [
          event('StagePassed', {
            stage: stage.name,
            attempt: 1,
            evidence: { revision: NEW, before: { [LIVE]: 100 }, weights: { [LIVE]: 90, [NEW]: 10 } },
            judgement: { verdict: 'pass', expected: `${NEW} gets 10%`, observed: `${NEW} gets 10%` },
          }),
        ],
      ];
  }
}

/** What a router counted of two revisions. */
function counters(requests: number): Json {
  const of = {
    requests,
    status: { '1xx': 0, '2xx': requests - 1, '3xx': 0, '4xx': 0, '5xx': 1, lost: 0 },
    latency: LATENCY_BOUNDS.map((_, index) => (index > 10 && index < 24 ? requests % (index * 7) : 0)),
  };
  return {
    epoch: '2026-01-02T03:04:05.006Z',
    since: 0,
    revisions: { [LIVE]: of, [NEW]: of },
  } satisfies Counters;
}

function canary(): Pipeline {
  const environment = 'production';
  const common = { question: 'Is it as it should be?', expect: '10s', timeout: '1m' };
  const step = (percent: number) => [
    { kind: 'shift', name: `shift-${percent}`, ...common, environment, percent },
    {
      kind: 'analysis',
      name: `watch-${percent}`,
      ...common,
      environment,
      for: '10s',
      minRequests: 50,
      errorRate: { max: '1%' },
      p95: { maxRatio: 1.5 },
    },
  ];
  return pipelineSchema.parse({
    pipeline: 'storefront',
    environments: { production: { target: { kind: 'process', start: 'node server.js', port: 4100 } } },
    stages: [
      { kind: 'command', name: 'unit-tests', ...common, run: 'npm test' },
      { kind: 'command', name: 'build', ...common, run: 'npm run build', artifact: 'dist' },
      { kind: 'acquire', name: 'acquire-production', ...common, environment },
      { kind: 'place', name: 'place', ...common, environment },
      ...step(10),
      ...step(50),
      ...step(100),
    ],
  });
}
