import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import type { StreamName } from '../../lib/history/event-store.ts';
import { type Event, event } from '../../lib/history/events.ts';
import { type Pipeline, pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../lib/pipeline/release.ts';

export const A_DIGEST = `sha256:${'a'.repeat(64)}` as Digest;

export const A_PIPELINE: Pipeline = pipelineSchema.parse({
  pipeline: 'storefront',
  environments: { production: { target: { kind: 'process', start: 'node server.js', port: 4100 } } },
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
      kind: 'place',
      name: 'place',
      question: 'Does the release start?',
      expect: '2s',
      timeout: '30s',
      environment: 'production',
    },
  ],
});

export function requested(deployment: string): Event {
  return event('DeploymentRequested', {
    deployment: deployment as DeploymentId,
    kind: 'forward',
    pipeline: A_PIPELINE,
    pipelineDigest: A_DIGEST,
    release: { version: '1.0.0', artifact: A_DIGEST },
    trigger: { id: 'push-1', source: 'cli', actor: 'ada' },
    lifecycle: 1,
  });
}

/** An event of a chosen size: its reason is `text`. */
export function stopRequested(text: string): Event {
  return event('StopRequested', { actor: 'ada', reason: text });
}

/** An event that may be large: its evidence is `evidence`. */
export function undone(evidence: string): Event {
  return event('StageUndone', { stage: 'place', effect: 'undone', evidence });
}

export const SUCCEEDED: Event = event('DeploymentSucceeded', {
  summary: { stages: { 'unit-tests': 'passed', place: 'passed' }, failedStage: null },
});

/** A deployment id that begins with the given digits. */
export function idWith(prefix: string): DeploymentId {
  return prefix.padEnd(20, '0') as DeploymentId;
}

export function streamOf(id: string): StreamName {
  return `deployment#${id}`;
}
