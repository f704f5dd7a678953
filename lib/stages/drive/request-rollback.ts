import { z } from 'zod';
import { type DeploymentId, deploymentId } from '../../history/deployment-id.ts';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { LIFECYCLE_VERSION } from '../../lifecycle/version.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Json } from '../../pipeline/json.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Executions } from './executions.ts';
import { deploymentStream, openSession } from './session.ts';
import { startOrClose } from './start-or-close.ts';

/** What "Rollback Requested" asks for: to undo a deployment that succeeded. */
export const rollbackRequest = z.strictObject({
  of: deploymentId,
  actor: z.string().min(1).max(200),
  source: z.string().max(100).default('event'),
  reason: z.string().max(4000).default('none given'),
  attempt: z
    .string()
    .max(100)
    .optional()
    .describe('Tells a second rollback of the same deployment from a repeated request for the first.'),
});
export type RollbackRequest = z.output<typeof rollbackRequest>;

/**
 * Opens the history of a rollback and starts its execution, or finds that both have been done. A rollback is a deployment of
 * kind `rollback`: the pinned definition of the deployment that it undoes, entered at the undo lane, with what that one captured.
 *
 * Errors: `NotFound`, `Conflict` when there is nothing that could be undone, and those of the store and of Step Functions.
 */
export async function requestRollback(
  services: { readonly store: EventStore; readonly executions: Executions },
  request: RollbackRequest,
): Promise<{ readonly deployment: DeploymentId; readonly isNew: boolean }> {
  const of = (await openSession(services.store, request.of)).deployment;
  requireUndoable(of);
  const { pipeline, release } = of.view;
  const digest = pipelineDigest(pipeline);
  const triggerId = rollbackTriggerId(request);
  const deployment = rollbackId(of, request);
  const { head, commits } = await services.store.load(deploymentStream(deployment));
  const opened =
    commits.length === 0 &&
    (await services.store.append(head, [
      event('DeploymentRequested', {
        deployment,
        kind: 'rollback',
        pipeline,
        pipelineDigest: digest,
        release,
        trigger: { id: triggerId, source: request.source, actor: request.actor },
        lifecycle: LIFECYCLE_VERSION,
        reason: request.reason,
        of: request.of,
        artifact: of.view.artifact,
        captures: capturesOf(of),
      }),
    ]));
  await startOrClose(
    services,
    { deployment, pipeline: pipeline.pipeline, pipelineDigest: digest, entry: 'rollback' },
    0,
  );
  return { deployment, isNew: opened !== false && opened.outcome === 'appended' };
}

/** The id of the rollback that a request asks for: the same request is the same rollback. */
export function rollbackId(
  { view }: Deployment,
  request: Pick<RollbackRequest, 'of' | 'attempt'>,
): DeploymentId {
  return deriveDeploymentId({
    pipelineDigest: pipelineDigest(view.pipeline),
    releaseDigest: releaseDigest(view.release),
    triggerId: rollbackTriggerId(request),
  });
}

function rollbackTriggerId({ of, attempt }: Pick<RollbackRequest, 'of' | 'attempt'>): string {
  return attempt === undefined ? `rollback:${of}` : `rollback:${of}:${attempt}`;
}

/**
 * Only a deployment that succeeded can be rolled back: any other is undoing itself, or has nothing to undo.
 *
 * Errors: `Conflict`, with what to do instead.
 */
export function requireUndoable({ view }: Deployment): void {
  const fields = { deployment: view.deployment };
  if (view.kind === 'rollback') {
    throw new NoneventError('Conflict', `deployment ${view.deployment} is itself a rollback`, {
      fields,
      hint: 'undo what it made live with `nonevent rollback`, or deploy again what it took back',
    });
  }
  if (view.outcome === undefined) {
    throw new NoneventError('Conflict', `deployment ${view.deployment} is still running`, {
      fields,
      hint: `stop it with \`nonevent stop ${view.deployment}\`: what it changed is then undone`,
    });
  }
  if (view.outcome === 'stuck') {
    throw new NoneventError(
      'Conflict',
      `deployment ${view.deployment} is stuck in its own undo, so it cannot be undone once more`,
      { fields, hint: `see what to restore with \`nonevent explain ${view.deployment}\`` },
    );
  }
  if (view.outcome !== 'succeeded') {
    throw new NoneventError(
      'Conflict',
      `deployment ${view.deployment} ended ${view.outcome}: nothing of it is live`,
      {
        fields,
        hint: 'see what is live with `nonevent status`',
      },
    );
  }
  if (changesOf(view.pipeline).length === 0) {
    throw new NoneventError(
      'Conflict',
      `deployment ${view.deployment} changed nothing, so there is nothing to undo`,
      {
        fields,
      },
    );
  }
}

function capturesOf({ view }: Deployment): Record<string, Json> {
  return Object.fromEntries(
    view.stages.flatMap((stage) =>
      stage.class === 'change' && stage.startedAt !== undefined
        ? [[stage.name, stage.capture ?? null] as const]
        : [],
    ),
  );
}
