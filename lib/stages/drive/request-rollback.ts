import type { z } from 'zod';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Json } from '../../pipeline/json.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Executions } from './executions.ts';
import { followUpId, followUpRequest, openFollowUp } from './follow-up.ts';
import { openSession } from './session.ts';

/** What "Rollback Requested" asks for: to undo a deployment that succeeded. */
export const rollbackRequest = followUpRequest;
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
  return openFollowUp(services, of, request, triggerIdOf(request), {
    kind: 'rollback',
    artifact: of.view.artifact,
    captures: capturesOf(of),
  });
}

/** The id of the rollback that a request asks for: the same request is the same rollback. */
export function rollbackId(of: Deployment, request: Pick<RollbackRequest, 'of' | 'attempt'>): DeploymentId {
  return followUpId(of, triggerIdOf(request));
}

function triggerIdOf({ of, attempt }: Pick<RollbackRequest, 'of' | 'attempt'>): string {
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
