import { hash } from 'node:crypto';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Digest, Release } from '../pipeline/release.ts';
import { canonicalJson } from './canonical-json.ts';
import type { DeploymentId } from './deployment-id.ts';
import { netstrings } from './netstrings.ts';

const DEPLOYMENT_TAG = 'nonevent/deployment/1';
const TRIGGERED_TAG = 'nonevent/triggered/1';
const DEPLOYMENT_ID_LENGTH = 20;

/** The SHA-256 of a JSON value's canonical text: equal values have equal digests, whatever the order of their members. */
export function digestOf(value: unknown): Digest {
  return `sha256:${hash('sha256', canonicalJson(value))}` as Digest;
}

/** The digest of a parsed pipeline: defaults, sugar and durations written differently make no difference. */
export function pipelineDigest(pipeline: Pipeline): Digest {
  return digestOf(pipeline);
}

export function releaseDigest(release: Release): Digest {
  return digestOf(release);
}

/**
 * The id of a deployment: the first 20 hexadecimal digits of a SHA-256 over pipeline digest, release digest and
 * trigger id. The same request, however often it is made, names the same deployment.
 */
export function deriveDeploymentId(request: {
  readonly pipelineDigest: Digest;
  readonly releaseDigest: Digest;
  readonly triggerId: string;
}): DeploymentId {
  const fields = [DEPLOYMENT_TAG, request.pipelineDigest, request.releaseDigest, request.triggerId];
  return hash('sha256', netstrings(fields)).slice(0, DEPLOYMENT_ID_LENGTH) as DeploymentId;
}

/**
 * The id of a deployment whose release is what an event of AWS leads to: the first 20 hexadecimal digits of a SHA-256 over pipeline
 * digest and trigger id. What the event leads to may be another thing a month later; the event is the same.
 */
export function deriveTriggeredId(request: {
  readonly pipelineDigest: Digest;
  readonly triggerId: string;
}): DeploymentId {
  const fields = [TRIGGERED_TAG, request.pipelineDigest, request.triggerId];
  return hash('sha256', netstrings(fields)).slice(0, DEPLOYMENT_ID_LENGTH) as DeploymentId;
}
