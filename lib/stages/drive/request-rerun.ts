import type { z } from 'zod';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { name } from '../../pipeline/names.ts';
import { requireRerunnable } from '../reuse/require-rerunnable.ts';
import type { Executions } from './executions.ts';
import { followUpId, followUpRequest, openFollowUp } from './follow-up.ts';
import { openSession } from './session.ts';

/** What "Rerun Requested" asks for: to run a deployment that has ended once more, with the same definition and release. */
export const rerunRequest = followUpRequest.extend({
  from: name
    .optional()
    .describe('This stage and those after it are performed again, whatever was found before.'),
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
  const { from } = request;
  requireRerunnable(of, from);
  return openFollowUp(services, of, request, triggerIdOf(request), {
    kind: 'forward',
    ...(from === undefined ? {} : { from }),
  });
}

/** The id of the rerun that a request asks for: the same request is the same rerun. */
export function rerunId(
  of: Deployment,
  request: Pick<RerunRequest, 'of' | 'from' | 'attempt'>,
): DeploymentId {
  return followUpId(of, triggerIdOf(request));
}

/** A stage's name has no colon in it, so no two requests have the same trigger. */
function triggerIdOf({ of, from, attempt }: Pick<RerunRequest, 'of' | 'from' | 'attempt'>): string {
  return `rerun:${of}:${from ?? ''}${attempt === undefined ? '' : `:${attempt}`}`;
}
