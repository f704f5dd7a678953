import { z } from 'zod';
import { type DeploymentId, deploymentId } from '../../history/deployment-id.ts';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { LIFECYCLE_VERSION } from '../../lifecycle/version.ts';
import { name } from '../../pipeline/names.ts';
import { requireRerunnable } from '../reuse/require-rerunnable.ts';
import type { Executions } from './executions.ts';
import { deploymentStream, openSession } from './session.ts';
import { startOrClose } from './start-or-close.ts';

/** What "Rerun Requested" asks for: to run a deployment that has ended once more, with the same definition and release. */
export const rerunRequest = z.strictObject({
  of: deploymentId,
  from: name
    .optional()
    .describe('This stage and those after it are performed again, whatever was found before.'),
  actor: z.string().min(1).max(200),
  source: z.string().max(100).default('event'),
  reason: z.string().max(4000).default('none given'),
  attempt: z
    .string()
    .max(100)
    .optional()
    .describe('Tells a second rerun of the same deployment from a repeated request for the first.'),
});
export type RerunRequest = z.output<typeof rerunRequest>;

/**
 * Opens the history of a rerun and starts its execution, or finds that both have been done. A rerun is a deployment of the pinned
 * definition and release of another one, which it names, so that its checks may take over what that one found.
 *
 * Errors: `NotFound`; those of `requireRerunnable`, of the store and of Step Functions.
 */
export async function requestRerun(
  services: { readonly store: EventStore; readonly executions: Executions },
  request: RerunRequest,
): Promise<{ readonly deployment: DeploymentId; readonly isNew: boolean }> {
  const of = (await openSession(services.store, request.of)).deployment;
  requireRerunnable(of, request.from);
  const { pipeline, release } = of.view;
  const digest = pipelineDigest(pipeline);
  const deployment = rerunId(of, request);
  const { head, commits } = await services.store.load(deploymentStream(deployment));
  const opened =
    commits.length === 0 &&
    (await services.store.append(head, [
      event('DeploymentRequested', {
        deployment,
        kind: 'forward',
        pipeline,
        pipelineDigest: digest,
        release,
        trigger: { id: rerunTriggerId(request), source: request.source, actor: request.actor },
        lifecycle: LIFECYCLE_VERSION,
        reason: request.reason,
        of: request.of,
        ...(request.from === undefined ? {} : { from: request.from }),
      }),
    ]));
  await startOrClose(
    services,
    { deployment, pipeline: pipeline.pipeline, pipelineDigest: digest, entry: 'forward' },
    0,
  );
  return { deployment, isNew: opened !== false && opened.outcome === 'appended' };
}

/** The id of the rerun that a request asks for: the same request is the same rerun. */
export function rerunId(
  { view }: Deployment,
  request: Pick<RerunRequest, 'of' | 'from' | 'attempt'>,
): DeploymentId {
  return deriveDeploymentId({
    pipelineDigest: pipelineDigest(view.pipeline),
    releaseDigest: releaseDigest(view.release),
    triggerId: rerunTriggerId(request),
  });
}

/** A stage's name has no colon in it, so no two requests have the same trigger. */
function rerunTriggerId({ of, from, attempt }: Pick<RerunRequest, 'of' | 'from' | 'attempt'>): string {
  return `rerun:${of}:${from ?? ''}${attempt === undefined ? '' : `:${attempt}`}`;
}
