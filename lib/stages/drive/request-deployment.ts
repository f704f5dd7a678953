import { z } from 'zod';
import { trigger } from '../../history/deployment-events.ts';
import { deploymentId } from '../../history/deployment-id.ts';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { LIFECYCLE_VERSION } from '../../lifecycle/version.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { pipelineSchema } from '../../pipeline/pipeline.ts';
import { release } from '../../pipeline/release.ts';
import type { Executions } from './executions.ts';
import { startOrClose } from './start-or-close.ts';

/** What "Deployment Requested" asks for. The id, where it is given, must be the one that follows from the rest. */
export const deploymentRequest = z.strictObject({
  deployment: deploymentId.optional(),
  pipeline: pipelineSchema,
  release,
  trigger,
  reason: z.string().max(4000).optional(),
});
export type DeploymentRequest = z.output<typeof deploymentRequest>;

/**
 * Opens the history of a deployment and starts its execution, or finds that both have been done: the id derives from
 * pipeline, release and trigger, so the same request is the same deployment, however often and however late it comes. Where the
 * pipeline is not installed, the deployment ends as failed.
 *
 * Errors: `InvalidInput` when the id does not follow from the request; those of the store and of Step Functions.
 */
export async function requestDeployment(
  services: { readonly store: EventStore; readonly executions: Executions },
  request: DeploymentRequest,
): Promise<{ readonly deployment: z.output<typeof deploymentId>; readonly isNew: boolean }> {
  const digest = pipelineDigest(request.pipeline);
  const deployment = deriveDeploymentId({
    pipelineDigest: digest,
    releaseDigest: releaseDigest(request.release),
    triggerId: request.trigger.id,
  });
  if (request.deployment !== undefined && request.deployment !== deployment) {
    throw new NoneventError(
      'InvalidInput',
      `the request names deployment ${request.deployment}, but its content gives ${deployment}`,
      {
        fields: { named: request.deployment, derived: deployment },
        hint: 'leave the id out, or derive it with the same version of nonevent',
      },
    );
  }
  const isNew = await openDeployment(services, { ...request, deployment });
  return { deployment, isNew };
}

/**
 * The same under an id that is given, which must follow from what asks for it. Returns whether it is new: of several at once whose
 * releases differ, one opens it, and its release counts.
 *
 * Errors: those of the store and of Step Functions.
 */
export async function openDeployment(
  services: { readonly store: EventStore; readonly executions: Executions },
  request: DeploymentRequest & { readonly deployment: z.output<typeof deploymentId> },
): Promise<boolean> {
  const digest = pipelineDigest(request.pipeline);
  const isNew = await open(services.store, request, digest);
  await startOrClose(
    services,
    {
      deployment: request.deployment,
      pipeline: request.pipeline.pipeline,
      pipelineDigest: digest,
      entry: 'forward',
    },
    0,
  );
  return isNew;
}

async function open(
  store: EventStore,
  request: DeploymentRequest & { readonly deployment: z.output<typeof deploymentId> },
  digest: ReturnType<typeof pipelineDigest>,
): Promise<boolean> {
  const { head, commits } = await store.load(deploymentStream(request.deployment));
  if (commits.length > 0) return false;
  const { deployment, pipeline, release: requested, trigger: by, reason } = request;
  const result = await store.append(head, [
    event('DeploymentRequested', {
      deployment,
      kind: 'forward',
      pipeline,
      pipelineDigest: digest,
      release: requested,
      trigger: by,
      lifecycle: LIFECYCLE_VERSION,
      ...(reason === undefined ? {} : { reason }),
    }),
  ]);
  return result.outcome === 'appended';
}
