import type { StageContext } from '../kind.ts';
import type { Services } from './services.ts';
import type { Session } from './session.ts';

/** What a kind gets to work with in one attempt. */
export async function stageContext(
  services: Services,
  session: Session,
  attempt: number,
  signal: AbortSignal,
): Promise<StageContext> {
  return {
    deployment: session.deployment,
    store: services.store,
    targets: services.targets,
    artifacts: services.artifacts,
    flags: services.flags,
    addresses: services.addresses,
    cloud: services.cloud,
    workFolder: await services.workFolder(session.deployment.view.deployment),
    attempt,
    now: services.now,
    signal,
  };
}
