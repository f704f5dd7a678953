import { environmentStream } from '../../environments/environment.ts';
import { releaseDigest } from '../../history/digests.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { Commit, EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { dateAndTime } from '../../lifecycle/wording/times.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Release } from '../../pipeline/release.ts';
import { oneLine } from '../output/untrusted.ts';
import { lastEnvironment } from './live-now.ts';

/** What to say before a release is deployed that people rolled back when it was live last; nothing for any other. */
export async function takenBackNote(
  store: Pick<EventStore, 'load'>,
  pipeline: Pipeline,
  release: Release,
): Promise<readonly string[]> {
  const environment = lastEnvironment(pipeline);
  if (environment === undefined) return [];
  const { commits } = await store.load(environmentStream(environment));
  const end = endOf(commits, pipeline.pipeline, release);
  if (end === undefined) return [];
  const { commits: theirs } = await store.load(deploymentStream(end.by));
  const opening = theirs[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested' || opening.data.of !== end.of) return [];
  const { view } = replay(theirs);
  if (view.kind !== 'rollback') return [];
  const when = dateAndTime(view.endedAt ?? end.at);
  const why = opening.data.reason === undefined ? '' : ` (${oneLine(opening.data.reason)})`;
  return [
    `${release.version} was taken back at ${when} by deployment ${shortId(view.deployment)}${why}; deploying it again`,
  ];
}

/** The newest commit that replaced a release, and whose it was: it gives the lease back with the same stroke. */
function endOf(commits: readonly Commit[], pipeline: string, release: Release) {
  const wanted = releaseDigest(release);
  let live: RevisionRef | undefined;
  let end: (Readonly<Record<'of' | 'by', RevisionRef['deployment']>> & { readonly at: string }) | undefined;
  for (const { at, events } of commits) {
    for (const { type, data } of events) {
      if (type !== 'LiveChanged' || data.pipeline !== pipeline) continue;
      const by = events.flatMap((other) =>
        other.type === 'LeaseReleased' ? [other.data.deployment] : [],
      )[0];
      const wasIt = live !== undefined && releaseDigest(live.release) === wanted;
      if (wasIt && live !== undefined && by !== undefined) end = { of: live.deployment, by, at };
      live = data.live;
    }
  }
  return live !== undefined && releaseDigest(live.release) === wanted ? undefined : end;
}
