import { removeEnded } from '../../environments/remove-ended.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { pipelineDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { environmentsOfNewest } from './environments-of-newest.ts';
import type { DeploymentRef, Executions } from './executions.ts';
import { openDeployments } from './open-deployments.ts';
import { openSession } from './session.ts';
import { startOrClose } from './start-or-close.ts';

/** With this many runs that died, something kills them. */
const RUNS_AT_MOST = 100;

export type Reconciled = {
  readonly open: readonly DeploymentId[];
  readonly drivenOn: readonly DeploymentId[];
  /** Environments in which something was taken from deployments that had ended. */
  readonly freed: readonly string[];
  /** What could not be mended, and why. It is tried again the next time. */
  readonly troubles: readonly { readonly of: string; readonly why: string }[];
};

type ReconcileServices = {
  readonly store: EventStore;
  readonly executions: Executions;
  readonly log: (line: string) => void;
};

/**
 * Finds deployments whose history is open and whose execution is dead, and starts another execution for each: handlers
 * do only what is missing, so it goes on, or goes on undoing, where the last one died. Takes leases and places in queues from
 * deployments that have ended. Harmless to repeat.
 *
 * Errors: those of the store. One deployment that cannot be driven on does not keep the others from it.
 */
export async function reconcile(services: ReconcileServices): Promise<Reconciled> {
  const troubles: { readonly of: string; readonly why: string }[] = [];
  const changedOf = async <Name extends string>(
    names: readonly Name[],
    mend: (name: Name) => Promise<boolean>,
  ): Promise<readonly Name[]> => {
    const changed: Name[] = [];
    for (const name of names) {
      try {
        if (await mend(name)) changed.push(name);
      } catch (thrown) {
        troubles.push({ of: name, why: messageOf(thrown) });
        services.log(`could not reconcile ${name}: ${messageOf(thrown)}`);
      }
    }
    return changed;
  };
  const open = await openDeployments(services.store);
  const drivenOn = await changedOf(open, (deployment) => driveOn(services, deployment));
  const environments = await environmentsOfNewest(services.store, open);
  const freed = await changedOf(environments, (environment) => removeEnded(services.store, environment));
  return { open, drivenOn, freed, troubles };
}

async function driveOn({ store, executions }: ReconcileServices, deployment: DeploymentId): Promise<boolean> {
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
    await startOrClose({ store, executions }, ref, run);
    return true;
  }
  throw new NoneventError('Conflict', `${RUNS_AT_MOST} executions of deployment ${deployment} died`, {
    fields: { deployment },
    hint: 'look into the log of the functions for what kills them',
  });
}
