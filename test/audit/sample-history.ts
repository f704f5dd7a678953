import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import type { EventStore, StreamName } from '../../lib/history/event-store.ts';
import { type Event, type EventData, event } from '../../lib/history/events.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../lib/pipeline/release.ts';

export const FIRST = '1111111111111111aaaa' as DeploymentId;
export const SECOND = '2222222222222222bbbb' as DeploymentId;
export const ARTIFACT = `sha256:${'a'.repeat(64)}` as Digest;
/** Of the canonical text of PIPELINE, by Python's hashlib. */
export const PIPELINE_DIGEST =
  'sha256:2dae4d19bf62ada647afea5197ee553815bfd48c30185b6ef8c22d020059eecf' as Digest;

const timing = { expect: 1, timeout: 60, retries: 2 };

export const PIPELINE: Pipeline = {
  pipeline: 'storefront',
  environments: {
    production: {
      target: { kind: 'process', start: 'node server.js', health: '/', port: 8080, drain: 5, env: {} },
    },
  },
  stages: [
    {
      kind: 'command',
      name: 'unit-tests',
      question: 'Do the unit tests pass?',
      ...timing,
      mode: 'enforcing',
      run: 'npm test',
      env: {},
    },
    {
      kind: 'acquire',
      name: 'acquire-production',
      question: 'Is production free?',
      ...timing,
      environment: 'production',
    },
    { kind: 'place', name: 'place', question: 'Does it start?', ...timing, environment: 'production' },
    {
      kind: 'http',
      name: 'smoke',
      question: 'Does it answer?',
      ...timing,
      mode: 'advisory',
      url: '/',
      through: 'revision',
      status: 200,
    },
    {
      kind: 'analysis',
      name: 'watch',
      question: 'Is it as good as the live one?',
      ...timing,
      mode: 'enforcing',
      environment: 'production',
      for: 3,
      interval: 1,
      minRequests: 100,
      errorRate: { max: 0.05 },
    },
  ],
};

/** What `watch` sees `seconds` into its window. */
const traffic = (seconds: number, requests: number, errors: number) => ({
  candidate: { requests, errors, p95Ms: 20 },
  live: null,
  elapsedSeconds: seconds,
  observedSeconds: seconds,
  windowSeconds: 3,
  routerRestarted: false,
  exits: 0,
  problem: null,
});

const smoke = (status: number) => ({
  url: 'http://127.0.0.1:8080/',
  status,
  latencyMs: 12,
  redirects: 0,
  containsFound: null,
  bodyIsWhole: true,
});

const DONE = { verdict: 'pass', expected: 'done', observed: 'done' } as const;
const tests = { exitCode: 0, signal: null, tail: '12 tests passed\n' };

const begun = (deployment: DeploymentId, version: string, status: number): readonly (readonly Event[])[] => [
  [
    event('DeploymentRequested', {
      deployment,
      kind: 'forward',
      pipeline: PIPELINE,
      pipelineDigest: PIPELINE_DIGEST,
      release: { version, artifact: ARTIFACT },
      trigger: { id: `push-${version}`, source: 'cli', actor: 'ada' },
      lifecycle: 1,
    }),
  ],
  [
    event('DeploymentStarted', { entry: 'forward' }),
    event('StageStarted', { stage: 'unit-tests', attempt: 1, capture: null }),
  ],
  [
    event('StagePassed', {
      stage: 'unit-tests',
      attempt: 1,
      evidence: tests,
      judgement: {
        verdict: 'pass',
        expected: 'exit code 0',
        observed: 'exit code 0; last line: 12 tests passed',
      },
    }),
  ],
  [event('StageStarted', { stage: 'acquire-production', attempt: 1, capture: null })],
  [
    event('StagePassed', {
      stage: 'acquire-production',
      attempt: 1,
      evidence: { fence: 1 },
      judgement: DONE,
    }),
  ],
  [event('StageStarted', { stage: 'place', attempt: 1, capture: { revisions: [] } })],
  [event('StagePassed', { stage: 'place', attempt: 1, evidence: { port: 4001 }, judgement: DONE })],
  [event('StageStarted', { stage: 'smoke', attempt: 1, capture: null })],
  [
    event('StagePassed', {
      stage: 'smoke',
      attempt: 1,
      evidence: smoke(status),
      judgement: {
        verdict: status === 200 ? 'pass' : 'fail',
        expected: 'status 200',
        observed: `status ${status} after 12 ms`,
      },
    }),
  ],
  [event('StageStarted', { stage: 'watch', attempt: 1, capture: { at: 0 } })],
];

const inconclusive = (seconds: number, requests: number, errors: number): readonly Event[] => [
  event('StageMeasured', {
    stage: 'watch',
    attempt: 1,
    evidence: traffic(seconds, requests, errors),
    judgement: {
      verdict: 'inconclusive',
      expected: 'error rate <= 5 %',
      observed: `error rate ${(errors * 100) / requests} % (${errors} of ${requests}), p95 20 ms; ${seconds} s of 3 s observed`,
    },
  }),
];

const summary = (last: 'passed' | 'failed'): EventData<'DeploymentSucceeded'>['summary'] => ({
  stages: {
    'unit-tests': 'passed',
    'acquire-production': last === 'passed' ? 'passed' : 'undone',
    place: last === 'passed' ? 'passed' : 'undone',
    smoke: 'passed',
    watch: last,
  },
  failedStage: last === 'passed' ? null : 'watch',
});

/** A deployment that succeeds, although one request in fifty failed. */
export const SUCCEEDS: readonly (readonly Event[])[] = [
  ...begun(FIRST, '1.0.0', 200),
  inconclusive(1, 100, 2),
  inconclusive(2, 200, 4),
  [
    event('StagePassed', {
      stage: 'watch',
      attempt: 1,
      evidence: traffic(3, 300, 6),
      judgement: {
        verdict: 'pass',
        expected: 'error rate <= 5 %',
        observed: 'error rate 2 % (6 of 300), p95 20 ms',
      },
    }),
  ],
  [event('DeploymentSucceeded', { summary: summary('passed') })],
];

/** A deployment whose smoke test only advises, that is rolled back as one request in ten failed. */
export const IS_ROLLED_BACK: readonly (readonly Event[])[] = [
  ...begun(SECOND, '2.0.0', 500),
  inconclusive(1, 100, 4),
  [
    event('StageFailed', {
      stage: 'watch',
      attempt: 1,
      failure: {
        mode: 'rejected',
        question: 'Is it as good as the live one?',
        expected: 'error rate <= 5 %',
        observed: 'error rate 10 % (20 of 200), p95 20 ms',
        evidence: traffic(2, 200, 20),
        recovery: 'compensate',
        next: 'none: every change is undone; mend the cause and deploy again',
      },
    }),
  ],
  [event('StageUndone', { stage: 'place', effect: 'undone' })],
  [event('StageUndone', { stage: 'acquire-production', effect: 'undone' })],
  [event('DeploymentRolledBack', { summary: summary('failed') })],
];

export const PRODUCTION: readonly (readonly Event[])[] = [
  [event('LeaseAcquired', { deployment: FIRST, pipeline: 'storefront', fence: 1 })],
  [
    event('LiveChanged', {
      pipeline: 'storefront',
      live: {
        revision: '1.0.0-11111111',
        deployment: FIRST,
        release: { version: '1.0.0', artifact: ARTIFACT },
      },
      knownGood: null,
    }),
    event('LeaseReleased', { deployment: FIRST, fence: 1 }),
  ],
  [event('LeaseAcquired', { deployment: SECOND, pipeline: 'storefront', fence: 2 })],
  [event('LeaseReleased', { deployment: SECOND, fence: 2 })],
];

export const FIRST_STREAM: StreamName = `deployment#${FIRST}`;
export const SECOND_STREAM: StreamName = `deployment#${SECOND}`;
export const ENVIRONMENT: StreamName = 'environment#production';

/** Appends commits to a stream. */
export async function write(
  store: EventStore,
  stream: StreamName,
  commits: readonly (readonly Event[])[],
): Promise<void> {
  let { head } = await store.load(stream);
  for (const events of commits) {
    const result = await store.append(head, events);
    if (result.outcome === 'conflict') throw new Error(`somebody else writes to ${stream}`);
    head = result.head;
  }
}

/** Two deployments and the environment they change, without the streams that are there already. */
export async function writeSampleHistory(
  store: EventStore,
  without: readonly StreamName[] = [],
): Promise<void> {
  const streams = [
    [FIRST_STREAM, SUCCEEDS],
    [SECOND_STREAM, IS_ROLLED_BACK],
    [ENVIRONMENT, PRODUCTION],
  ] as const;
  for (const [stream, commits] of streams) {
    if (!without.includes(stream)) await write(store, stream, commits);
  }
}
