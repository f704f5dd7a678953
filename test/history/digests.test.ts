import { describe, expect, it } from 'vitest';
import { deriveDeploymentId, digestOf, pipelineDigest, releaseDigest } from '../../lib/history/digests.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../lib/pipeline/release.ts';
import { A_DIGEST, A_PIPELINE } from './sample-events.ts';

const B_DIGEST = `sha256:${'b'.repeat(64)}` as Digest;

describe('digests', () => {
  it('are the SHA-256 of the canonical text', () => {
    const expected = 'sha256:e675a7d386f2e4de6dcc81bdf638e0a8276b768bc52bd98e64dd8dbf9077b585';
    expect(digestOf({ version: '1.0.0', artifact: A_DIGEST })).toBe(expected);
    expect(releaseDigest({ version: '1.0.0', commit: undefined, artifact: A_DIGEST })).toBe(expected);
  });

  it('of a pipeline do not depend on how it was written', () => {
    const { stages, environments, pipeline } = A_PIPELINE;
    const rewritten = pipelineSchema.parse({ stages, environments, pipeline });
    expect(pipelineDigest(rewritten)).toBe(pipelineDigest(A_PIPELINE));
  });

  it('of a pipeline differ when anything in it differs', () => {
    expect(pipelineDigest({ ...A_PIPELINE, pipeline: 'another' })).not.toBe(pipelineDigest(A_PIPELINE));
  });
});

describe('a deployment id', () => {
  const request = { pipelineDigest: A_DIGEST, releaseDigest: B_DIGEST, triggerId: 'push-1' };

  it('is the first 20 digits of a SHA-256 over length-prefixed fields', () => {
    expect(deriveDeploymentId(request)).toBe('b0018c7231d3f797e25f');
    expect(deriveDeploymentId({ ...request, triggerId: 'Grüße' })).toBe('c3c9f60dc70e0dba56d0');
  });

  it('is another for another pipeline, release or trigger', () => {
    const ids = [
      request,
      { ...request, pipelineDigest: B_DIGEST },
      { ...request, releaseDigest: A_DIGEST },
      { ...request, pipelineDigest: B_DIGEST, releaseDigest: A_DIGEST },
      { ...request, triggerId: 'push-2' },
    ].map(deriveDeploymentId);
    expect(new Set(ids).size).toBe(5);
  });
});
