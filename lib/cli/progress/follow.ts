import { setTimeout as pause } from 'node:timers/promises';
import type { Commit, EventStore, Head, Stream, StreamName } from '../../history/event-store.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { replay } from '../../lifecycle/replay.ts';
import { type EndedDeployment, hasEnded } from '../exit-code-of-deployment.ts';
import { type Pace, WATCHING_LOCALLY } from '../pace.ts';

/** Why following came to its end. */
export type Followed =
  | { readonly because: 'ended'; readonly deployment: EndedDeployment }
  /** As of the newest commit that was seen; `undefined` when there was none. */
  | { readonly because: 'aborted' | 'timedOut'; readonly deployment: Deployment | undefined };

/** Told of where the deployment stands at first, of each commit after that, and of time passing in between. */
export type Watcher = {
  readonly changed: (deployment: Deployment, commit: Commit) => void | Promise<void>;
  readonly waiting: (deployment: Deployment | undefined) => void;
};

/**
 * Follows a deployment's stream until the deployment has ended, the signal aborts, or the time is over. Asks only for
 * what is new.
 */
export async function follow(
  store: EventStore,
  stream: StreamName,
  watcher: Watcher,
  until: { readonly signal: AbortSignal; readonly milliseconds?: number | undefined },
  pace: Pace = WATCHING_LOCALLY.follow,
): Promise<Followed> {
  const deadline = performance.now() + (until.milliseconds ?? Number.POSITIVE_INFINITY);
  const commits: Commit[] = [];
  let head: Head | undefined;
  let deployment: Deployment | undefined;
  for (let quietLooks = 0; ; quietLooks += 1) {
    const isFirst = head === undefined;
    const loaded: Stream = head === undefined ? await store.load(stream) : await store.loadAfter(head);
    head = loaded.head;
    if (loaded.commits.length > 0) quietLooks = 0;
    for (const commit of loaded.commits) {
      commits.push(commit);
      if (isFirst && commit.seq < head.seq) continue;
      deployment = replay(commits);
      await watcher.changed(deployment, commit);
    }
    if (deployment !== undefined && hasEnded(deployment)) return { because: 'ended', deployment };
    if (until.signal.aborted) return { because: 'aborted', deployment };
    if (performance.now() >= deadline) return { because: 'timedOut', deployment };
    watcher.waiting(deployment);
    const left = Math.max(0, deadline - performance.now());
    await pause(Math.min(pace(quietLooks), left), undefined, { signal: until.signal }).catch(() => undefined);
  }
}
