import type { RevisionRef } from '../history/environment-events.ts';
import type { EventStore } from '../history/event-store.ts';
import { deploymentStream } from '../history/stream-name.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { Apis } from '../pipeline/apis.ts';

/**
 * The APIs that a revision declares, as the deployment that placed it had pinned them; null where it declares none.
 *
 * Errors: `NotFound` where that deployment has no history; those of the store.
 */
export async function declaredApis(
  store: Pick<EventStore, 'load'>,
  { deployment, revision }: RevisionRef,
): Promise<Apis | null> {
  const { commits } = await store.load(deploymentStream(deployment));
  const opening = commits[0]?.events[0];
  if (opening?.type === 'DeploymentRequested') return opening.data.pipeline.apis ?? null;
  throw new NoneventError(
    'NotFound',
    `the history of deployment ${deployment} is gone, so nobody knows what ${revision} provides`,
    { fields: { deployment, revision }, hint: 'run `nonevent audit verify`, and deploy that pipeline again' },
  );
}
