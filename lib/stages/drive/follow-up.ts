import { z } from 'zod';
import { type DeploymentId, deploymentId } from '../../history/deployment-id.ts';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { type EventData, event } from '../../history/events.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { LIFECYCLE_VERSION } from '../../lifecycle/version.ts';
import type { Executions } from './executions.ts';
import { startOrClose } from './start-or-close.ts';

/** What every request says that is about a deployment which is there already. */
export const followUpRequest = z.strictObject({
  of: deploymentId,
  actor: z.string().min(1).max(200),
  source: z.string().max(100).default('event'),
  reason: z.string().max(4000).default('none given'),
  attempt: z
    .string()
    .max(100)
    .optional()
    .describe('Tells a second request for the same deployment from a repeated first one.'),
});
type FollowUpRequest = z.output<typeof followUpRequest>;

type Opening = EventData<'DeploymentRequested'>;

/** What a deployment that follows up another one pins besides that one's definition and release. */
type FollowUp = Pick<Opening, 'kind' | 'artifact' | 'captures' | 'from'>;

/**
 * Opens the history of a deployment that names another one and has its pinned definition and release, and starts its execution;
 * or finds that both have been done.
 *
 * Errors: those of the store and of Step Functions.
 */
export async function openFollowUp(
  services: { readonly store: EventStore; readonly executions: Executions },
  of: Deployment,
  { actor, source, reason }: FollowUpRequest,
  triggerId: string,
  followUp: FollowUp,
): Promise<{ readonly deployment: DeploymentId; readonly isNew: boolean }> {
  const { pipeline, release } = of.view;
  const digest = pipelineDigest(pipeline);
  const deployment = followUpId(of, triggerId);
  const { head, commits } = await services.store.load(deploymentStream(deployment));
  const opened =
    commits.length === 0 &&
    (await services.store.append(head, [
      event('DeploymentRequested', {
        deployment,
        pipeline,
        pipelineDigest: digest,
        release,
        trigger: { id: triggerId, source, actor },
        lifecycle: LIFECYCLE_VERSION,
        reason,
        of: of.view.deployment,
        ...followUp,
      }),
    ]));
  await startOrClose(
    services,
    { deployment, pipeline: pipeline.pipeline, pipelineDigest: digest, entry: followUp.kind },
    0,
  );
  return { deployment, isNew: opened !== false && opened.outcome === 'appended' };
}

/** The id of the deployment that a trigger makes of another one: the same trigger is the same deployment. Pure. */
export function followUpId({ view }: Deployment, triggerId: string): DeploymentId {
  return deriveDeploymentId({
    pipelineDigest: pipelineDigest(view.pipeline),
    releaseDigest: releaseDigest(view.release),
    triggerId,
  });
}
