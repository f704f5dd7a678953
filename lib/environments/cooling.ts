import type { RevisionRef } from '../history/environment-events.ts';
import type { Commit } from '../history/event-store.ts';
import { foldEnvironment } from './environment.ts';

/** A known-good revision whose window is over. */
export type Cooling = {
  readonly pipeline: string;
  readonly live: RevisionRef;
  readonly knownGood: RevisionRef;
  /** Whether that is recorded already, so that only the stopping may be missing. */
  readonly isRecorded: boolean;
};

/**
 * The known-good revisions of an environment that need not be kept running any longer. None while a lease is held: what is live may
 * be about to change. Pure; `now` in milliseconds since 1970.
 */
export function coolingDue(
  commits: readonly Pick<Commit, 'at' | 'events'>[],
  now: number,
): readonly Cooling[] {
  const { lease, live } = foldEnvironment(commits);
  if (lease !== undefined) return [];
  return Object.entries(live).flatMap(([pipeline, pair]) => {
    const { knownGood, cooled = false } = pair;
    if (knownGood === null || knownGood.revision === pair.live.revision) return [];
    if (!cooled && !(windowEnd(commits, pipeline) <= now)) return [];
    return [{ pipeline, live: pair.live, knownGood, isRecorded: cooled }];
  });
}

/** When the newest revision that went live lets the one before it go; never, where it says nothing of it. */
function windowEnd(commits: readonly Pick<Commit, 'at' | 'events'>[], pipeline: string): number {
  const times = commits.flatMap(({ at, events }) =>
    events.flatMap(({ type, data }) =>
      type === 'LiveChanged' && data.pipeline === pipeline
        ? [Date.parse(at) + (data.warm ?? Number.POSITIVE_INFINITY) * 1000]
        : [],
    ),
  );
  return times.at(-1) ?? Number.POSITIVE_INFINITY;
}
