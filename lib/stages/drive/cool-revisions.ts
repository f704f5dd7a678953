import { type Cooling, coolingDue } from '../../environments/cooling.ts';
import { decideOnEnvironment } from '../../environments/decide-on-environment.ts';
import { environmentStream } from '../../environments/environment.ts';
import type { EventStore } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import { messageOf } from '../../nonevent-error.ts';
import type { Target, Targets } from '../../targets/target.ts';
import { definitionOf } from '../definition-of.ts';
import { environmentsOfNewest } from './environments-of-newest.ts';

export type CoolingServices = {
  readonly store: EventStore;
  readonly targets: Targets;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (line: string) => void;
};

/**
 * Stops the known-good revisions whose window is over, in every environment that the newest deployments name. Each is recorded
 * first, so that a rollback that comes meanwhile places it again. Convergent.
 *
 * Returns the revisions that were stopped. Errors: those of the store. A target that fails does not keep the others from it.
 */
export async function coolRevisions(services: CoolingServices): Promise<readonly string[]> {
  const stopped: string[] = [];
  for (const environment of await environmentsOfNewest(services.store)) {
    const { commits } = await services.store.load(environmentStream(environment));
    for (const due of coolingDue(commits, services.now())) {
      try {
        if (await cool(services, environment, due)) stopped.push(due.knownGood.revision);
      } catch (thrown) {
        services.log(`could not stop ${due.knownGood.revision} in ${environment}: ${messageOf(thrown)}`);
      }
    }
  }
  return stopped;
}

async function cool(services: CoolingServices, environment: string, due: Cooling): Promise<boolean> {
  const { revision } = due.knownGood;
  const target = await targetOf(services, environment, due);
  if (target === undefined) return false;
  if (!(await isIdle(target, revision))) return false;
  await record(services, environment, due);
  // Whoever got the lease meanwhile may count on it; and a target cannot be fenced, so this is the last look.
  const { commits } = await services.store.load(environmentStream(environment));
  const isStillDue = coolingDue(commits, services.now()).some(
    ({ knownGood, isRecorded }) => isRecorded && knownGood.revision === revision,
  );
  if (!isStillDue || !(await isPlaced(target, revision))) return false;
  await target.remove(revision);
  return true;
}

async function record(services: CoolingServices, environment: string, due: Cooling): Promise<void> {
  const { revision, deployment } = due.knownGood;
  await decideOnEnvironment(services.store, environment, (_, commits) => {
    const isDue = coolingDue(commits, services.now()).some(
      ({ pipeline, knownGood, isRecorded }) =>
        !isRecorded && pipeline === due.pipeline && knownGood.revision === revision,
    );
    return isDue ? [event('RevisionCooled', { pipeline: due.pipeline, revision, deployment })] : [];
  });
}

/** The target with the settings that it has: those of what is live. */
async function targetOf(
  { store, targets }: CoolingServices,
  environment: string,
  { pipeline, live }: Cooling,
): Promise<Target | undefined> {
  const definition = await definitionOf(store, live, environment);
  return definition && targets.target(environment, pipeline, definition, live.deployment);
}

/** Whether nobody is served by it, whatever was recorded. */
async function isIdle(target: Target, revision: string): Promise<boolean> {
  const { weights, revisions, settled } = await target.state();
  const isHeld = revisions.some((known) => known.revision === revision && known.held !== undefined);
  return settled !== false && !isHeld && (weights[revision] ?? 0) === 0;
}

async function isPlaced(target: Target, revision: string): Promise<boolean> {
  return (await target.state()).revisions.some((known) => known.revision === revision);
}
