import type { EventData } from '../history/events.ts';
import { heldInWords, type LeaseState } from './inspect-lease.ts';

/** What is live in an environment, and the settings that were, by pipeline. */
export type LiveState = {
  readonly live: Readonly<Record<string, Pick<EventData<'LiveChanged'>, 'live' | 'knownGood'>>>;
  /** The digest of each number of settings, in the order of the numbers. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
};

/** Nothing becomes live without the lease, and its settings have the number of their digest, or the next one. Pure. */
export function liveIllegality(
  { lease }: LeaseState,
  { settings }: LiveState,
  { pipeline, live }: EventData<'LiveChanged'>,
): string | undefined {
  if (lease?.pipeline !== pipeline)
    return `${live.revision} of ${pipeline} becomes live, but ${heldInWords(lease)}`;
  if (live.settings === undefined) return undefined;
  const known = settings[pipeline] ?? [];
  const { version, digest } = live.settings;
  const place = known.indexOf(digest);
  const expected = place === -1 ? known.length + 1 : place + 1;
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
  { live, settings }: LiveState,
  { pipeline, ...pair }: EventData<'LiveChanged'>,
): LiveState {
  const known = settings[pipeline] ?? [];
  const digest = pair.live.settings?.digest;
  const isNew = digest !== undefined && !known.includes(digest);
  return {
    live: { ...live, [pipeline]: pair },
    settings: isNew ? { ...settings, [pipeline]: [...known, digest] } : settings,
  };
}
