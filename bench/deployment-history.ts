import { beginningOf, type ChainPosition, hashCommit, type StoredCommit } from '../lib/history/chain.ts';
import type { DeploymentId } from '../lib/history/deployment-id.ts';
import { digestOf, pipelineDigest } from '../lib/history/digests.ts';
import { encodeEvents } from '../lib/history/encode.ts';
import { type Event, event } from '../lib/history/events.ts';
import { type Pipeline, pipelineSchema } from '../lib/pipeline/pipeline.ts';

const DEPLOYMENT = '0123456789abcdef0123' as DeploymentId;
const NAMES = Array.from({ length: 10 }, (_, index) => `check-${index}`);

/** The commits of a succeeded deployment of ten checks: what each of them asked, measured and judged. */
export function deploymentHistory(): readonly StoredCommit[] {
  const commits: StoredCommit[] = [];
  let position: ChainPosition = beginningOf(`deployment#${DEPLOYMENT}`);
  for (const events of batches()) {
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
      evidence: { exit: 0, seconds: 3.2, tail: '128 tests passed, 0 failed, 3 skipped\n'.repeat(6) },
      judgement: { verdict: 'pass', expected: 'exit 0 within 60 s', observed: 'exit 0 after 3.2 s' },
    }),
  ];
}

function batches(): readonly (readonly Event[])[] {
  const pipeline = tenChecks();
  return [
    [
      event('DeploymentRequested', {
        deployment: DEPLOYMENT,
        kind: 'forward',
        pipeline,
        pipelineDigest: pipelineDigest(pipeline),
        release: { version: '1.0.0', artifact: digestOf('release') },
        trigger: { id: 'push-1', source: 'cli', actor: 'ada' },
        lifecycle: 1,
      }),
    ],
    [event('DeploymentStarted', { entry: 'forward' })],
    ...NAMES.flatMap((stage) => [[event('StageStarted', { stage, attempt: 1 })], passedCheck(stage)]),
    [
      event('DeploymentSucceeded', {
        summary: {
          stages: Object.fromEntries(NAMES.map((stage) => [stage, 'passed'] as const)),
          failedStage: null,
        },
      }),
    ],
  ];
}

function tenChecks(): Pipeline {
  return pipelineSchema.parse({
    pipeline: 'storefront',
    environments: {},
    stages: NAMES.map((name) => ({
      kind: 'command',
      name,
      question: `Does ${name} pass?`,
      expect: '10s',
      timeout: '1m',
      run: 'npm test',
    })),
  });
}
