import { digestOf } from '../history/digests.ts';
import type { Settings } from '../history/environment-events.ts';
import type { Commit } from '../history/event-store.ts';
import type { EnvironmentDefinition } from '../pipeline/environment.ts';
import type { Digest } from '../pipeline/release.ts';

const TAG = 'nonevent/settings/1';

/** The digest of all that a target is told: variables, names of secrets, how a revision starts, where users reach it. Pure. */
export function settingsDigest({ target }: Pick<EnvironmentDefinition, 'target'>): Digest {
  return digestOf({ tag: TAG, target });
}

/**
 * The settings of this digest for a pipeline in an environment. Equal settings have one number for ever, so a number tells them
 * apart; new ones get the next. Pure.
 */
export function numbered(
  commits: readonly Pick<Commit, 'events'>[],
  pipeline: string,
  digest: Digest,
): Settings {
  const known = commits.flatMap(({ events }) =>
    events.flatMap(({ type, data }) =>
      type === 'LiveChanged' && data.pipeline === pipeline && data.live.settings !== undefined
        ? [data.live.settings]
        : [],
    ),
  );
  const newest = Math.max(0, ...known.map(({ version }) => version));
  return known.find((settings) => settings.digest === digest) ?? { version: newest + 1, digest };
}
