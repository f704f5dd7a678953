import type { DeploymentId } from '../history/deployment-id.ts';
import type { EventStore } from '../history/event-store.ts';
import { type EventData, event } from '../history/events.ts';
import { deploymentStream } from '../history/stream-name.ts';
import { replay } from '../lifecycle/replay.ts';
import { changesOf } from '../pipeline/steps.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import type { Environment } from './environment.ts';
import { flagChanges, flagOf } from './flags.ts';

/**
 * Records that a flag of an environment has another value, or none with `null`. A value that it has already is no change; a request
 * for it is recorded all the same, so that it does nothing when it comes again later. Neither is a request a change that was recorded
 * before, whatever happened since. Returns whether this was a change.
 *
 * Errors: those of `admit`, which is asked before anything is recorded, and of the store.
 */
export async function changeFlag(
  store: EventStore,
  environment: string,
  change: EventData<'FlagChanged'>,
  admit: (now: Environment) => void | Promise<void>,
): Promise<boolean> {
  let changed = false;
  await decideOnEnvironment(store, environment, async (now, commits) => {
    changed = false;
    const { request } = change;
    if (request !== undefined && flagChanges(commits).some((known) => known.request === request)) return [];
    const isSo = (flagOf(now, change.flag) ?? null) === change.value;
    if (isSo && request === undefined) return [];
    if (!isSo) await admit(now);
    changed = !isSo;
    return [event('FlagChanged', change)];
  });
  return changed;
}

/**
 * The deployment that is changing a flag of an environment: it holds the lease, runs, and has a stage for that flag. Nobody
 * else may change it meanwhile, because the deployment would undo to what it found.
 */
export async function flagHolder(
  store: Pick<EventStore, 'load'>,
  environment: string,
  { lease }: Environment,
  flag: string,
): Promise<DeploymentId | undefined> {
  if (lease === undefined) return undefined;
  const { commits } = await store.load(deploymentStream(lease.deployment));
  if (commits.length === 0) return undefined;
  const { view } = replay(commits);
  const changesIt = changesOf(view.pipeline).some(
    (stage) => stage.kind === 'flag' && stage.environment === environment && stage.flag === flag,
  );
  return changesIt && view.outcome === undefined ? lease.deployment : undefined;
}
