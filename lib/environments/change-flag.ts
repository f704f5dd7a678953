import type { DeploymentId } from '../history/deployment-id.ts';
import type { EventStore } from '../history/event-store.ts';
import { type EventData, event } from '../history/events.ts';
import { deploymentStream } from '../history/stream-name.ts';
import { replay } from '../lifecycle/replay.ts';
import { changesOf } from '../pipeline/steps.ts';
import { decideOnEnvironment } from './decide-on-environment.ts';
import type { Environment } from './environment.ts';
import { flagChanges, flagOf, type RecordedFlagChange } from './flags.ts';

/** When a change was asked for, and what whoever asked knew of the flag. */
export type AskedWhen = {
  /** ISO-8601 UTC, by the clock of whoever asks. */
  readonly askedAt: string;
  /** The newest commit of the environment that had been seen to change this flag; 0 for none. */
  readonly seen: number;
};

export type FlagOutcome = 'changed' | 'unchanged' | 'late';

/**
 * Records that a flag of an environment has another value, or none with `null`. A value that it has already is no change; a request
 * for it is recorded all the same, so that it does nothing when it comes again later. Neither is a request a change that was recorded
 * before, whatever happened since. A request that is older than a change which it has not seen changes nothing and is recorded as
 * late, so requests come to the same end in any order. What was seen counts more than clocks, which differ.
 *
 * Errors: those of `admit`, which is asked before anything is recorded, and of the store.
 */
export async function changeFlag(
  store: EventStore,
  environment: string,
  change: EventData<'FlagChanged'>,
  admit: (now: Environment) => void | Promise<void>,
  asked?: AskedWhen,
): Promise<FlagOutcome> {
  let outcome: FlagOutcome = 'unchanged';
  await decideOnEnvironment(store, environment, async (now, commits) => {
    outcome = 'unchanged';
    const { request, flag } = change;
    const known = flagChanges(commits).filter((each) => each.flag === flag);
    if (request !== undefined && known.some((each) => each.request === request)) return [];
    const value = flagOf(now, flag) ?? null;
    const isSo = value === change.value;
    const recorded = asked === undefined ? change : { ...change, askedAt: asked.askedAt };
    if (asked !== undefined && !isSo && known.some((each) => isNewer(each, asked, request))) {
      outcome = 'late';
      return [event('FlagChanged', { ...recorded, value, late: change.value })];
    }
    if (isSo && request === undefined) return [];
    if (!isSo) await admit(now);
    outcome = isSo ? 'unchanged' : 'changed';
    return [event('FlagChanged', recorded)];
  });
  return outcome;
}

/** Of two that were asked for in the same millisecond, the one with the greater name is the newer, everywhere. */
function isNewer(known: RecordedFlagChange, { askedAt, seen }: AskedWhen, request = ''): boolean {
  if (known.seq <= seen || known.late !== undefined) return false;
  const difference = Date.parse(known.askedAt ?? known.at) - Date.parse(askedAt);
  return difference === 0 ? (known.request ?? '') > request : difference > 0;
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
