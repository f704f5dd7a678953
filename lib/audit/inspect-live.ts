import { isDeepStrictEqual } from 'node:util';
import { type ByName, nothingByName, withNamed } from '../environments/by-name.ts';
import type { RevisionRef } from '../history/environment-events.ts';
import type { EventData } from '../history/events.ts';
import { heldInWords, type LeaseState } from './inspect-lease.ts';

/** What is live in an environment, and the settings that were, by pipeline. */
export type LiveState = {
  readonly live: ByName<Pick<EventData<'LiveChanged'>, 'live' | 'knownGood'>>;
  /** Each revision that was ever live, as it was when it last was. */
  readonly everLive: ByName<readonly RevisionRef[]>;
  /** The digest of each number of settings, in the order of the numbers. */
  readonly settings: ByName<readonly string[]>;
};

export const NOTHING_LIVE: LiveState = {
  live: nothingByName(),
  everLive: nothingByName(),
  settings: nothingByName(),
};

/**
 * Nothing becomes live without the lease: only what its holder placed, or a revision as it was live before; what is known to be
 * good is what was live until then; and settings have the number of their digest, or the next one. Pure.
 */
export function liveIllegality(
  { lease }: LeaseState,
  { live: before, everLive, settings }: LiveState,
  { pipeline, live, knownGood }: EventData<'LiveChanged'>,
): string | undefined {
  const becomes = `${live.revision} of ${pipeline} becomes live`;
  if (lease?.pipeline !== pipeline) return `${becomes}, but ${heldInWords(lease)}`;
  const wasLive = everLive[pipeline]?.some((revision) => isDeepStrictEqual(revision, live)) === true;
  if (lease.deployment !== live.deployment && !wasLive)
    return `${becomes}, which deployment ${live.deployment} placed and which never was live before, but ${heldInWords(lease)}`;
  const until = before[pipeline]?.live;
  if (knownGood !== null && !isDeepStrictEqual(knownGood, until))
    return `${becomes} with ${knownGood.revision} as the known-good one, but ${until === undefined ? 'nothing' : until.revision} was live until then`;
  if (live.settings === undefined) return undefined;
  const known = settings[pipeline] ?? [];
  const { version, digest } = live.settings;
  const index = known.indexOf(digest);
  const expected = index === -1 ? known.length + 1 : index + 1;
  return version === expected ? undefined : `its settings have number ${version}, expected ${expected}`;
}

/** Only what is kept behind something live is stopped, and while nobody changes the environment. Pure. */
export function coolingIllegality(
  { lease }: LeaseState,
  { live }: LiveState,
  { pipeline, revision }: EventData<'RevisionCooled'>,
): string | undefined {
  const stopped = `${revision} of ${pipeline} is stopped, but`;
  if (lease !== undefined) return `${stopped} ${heldInWords(lease)}`;
  const pair = live[pipeline];
  if (pair?.live.revision === revision) return `${stopped} it is live`;
  return pair?.knownGood?.revision === revision ? undefined : `${stopped} it is not the known-good one`;
}

/** Pure. */
export function afterLiveChange(
  { live, everLive, settings }: LiveState,
  { pipeline, ...pair }: EventData<'LiveChanged'>,
): LiveState {
  const known = settings[pipeline] ?? [];
  const digest = pair.live.settings?.digest;
  const others = (everLive[pipeline] ?? []).filter(({ revision }) => revision !== pair.live.revision);
  const isNew = digest !== undefined && !known.includes(digest);
  return {
    live: withNamed(live, pipeline, pair),
    everLive: withNamed(everLive, pipeline, [...others, pair.live]),
    settings: isNew ? withNamed(settings, pipeline, [...known, digest]) : settings,
  };
}
