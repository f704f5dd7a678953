import type { DeploymentId } from '../../history/deployment-id.ts';
import { pipelineDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { DeploymentRef, Executions } from './executions.ts';
import { openSession } from './session.ts';

/** How many of the newest deployments are looked at; one that is older and still open is not found. */
const LOOK_BACK = 5000;

/** With this many runs that died, something kills them. */
const RUNS_AT_MOST = 100;

export type Reconciled = {
  readonly open: readonly DeploymentId[];
  readonly drivenOn: readonly DeploymentId[];
};

/**
 * Finds deployments whose history is open and whose execution is dead, and starts another execution for each: handlers
 * do only what is missing, so it goes on, or goes on undoing, where the last one died. Harmless to repeat.
 *
 * Errors: those of the store and of Step Functions. One deployment that cannot be driven on does not keep the others from it.
 */
export async function reconcile(services: {
  readonly store: EventStore;
  readonly executions: Executions;
  readonly log: (line: string) => void;
}): Promise<Reconciled> {
  const open = await openDeployments(services.store);
  const drivenOn: DeploymentId[] = [];
  for (const deployment of open) {
    try {
      if (await driveOn(services, deployment)) drivenOn.push(deployment);
    } catch (thrown) {
      services.log(`could not drive ${deployment} on: ${messageOf(thrown)}`);
    }
  }
  return { open, drivenOn };
}

/** Ids of the deployments that have been opened and not concluded, oldest first. */
export async function openDeployments(store: EventStore): Promise<readonly DeploymentId[]> {
  const [opened, concluded] = await Promise.all([
    store.list('opened', LOOK_BACK),
    store.list('concluded', LOOK_BACK),
  ]);
  const ended = new Set(concluded.map((entry) => entry.stream));
  return opened
    .filter((entry) => !ended.has(entry.stream))
    .map((entry) => entry.stream.slice('deployment#'.length) as DeploymentId)
    .reverse();
}

async function driveOn(
  { store, executions }: { readonly store: EventStore; readonly executions: Executions },
  deployment: DeploymentId,
): Promise<boolean> {
  const { view } = (await openSession(store, deployment)).deployment;
  if (view.outcome !== undefined) return false;
  const ref: DeploymentRef = {
    deployment,
    pipeline: view.pipeline.pipeline,
    pipelineDigest: pipelineDigest(view.pipeline),
    entry: view.kind,
  };
  for (let run = 0; run < RUNS_AT_MOST; run += 1) {
    const status = await executions.status(ref, run);
    if (status === 'running') return false;
    if (status === 'ended') continue;
    await executions.start(ref, run);
    return true;
  }
  throw new NoneventError('Conflict', `${RUNS_AT_MOST} executions of deployment ${deployment} died`, {
    fields: { deployment },
    hint: 'look into the log of the functions for what kills them',
  });
}
