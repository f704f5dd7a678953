import { readOverview } from '../../environments/overview.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { Commit, EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { Appends } from './appends.ts';
import { overviewDocument } from './overview-document.ts';

/** A message of the live stream. Only commits have an id, their seq: it is what a browser resumes by. */
export type LiveMessage =
  | { readonly event: 'overview'; readonly data: string }
  | { readonly event: 'commit'; readonly id: string; readonly data: string }
  /** Nothing happened for a while; says that the connection is alive. */
  | { readonly event: 'quiet'; readonly data: '' };

/** Deployments in the overview. */
export const NEWEST = 20;

/** Appends are told at once; this is for what another process may have appended. */
const ASK_AGAIN_MILLISECONDS = 2000;
const QUIET_MILLISECONDS = 10_000;

/**
 * The overview whenever it differs from the last one, and every commit of one deployment after a seq, each once and in
 * order, until the signal aborts. One connection carries both, since a browser allows six to a host.
 *
 * Errors: those of the store.
 */
export async function* liveEvents(
  store: EventStore,
  appends: Appends,
  follow: { readonly deployment: DeploymentId; readonly after: number } | undefined,
  signal: AbortSignal,
): AsyncGenerator<LiveMessage> {
  let told = '';
  let seq = follow?.after ?? 0;
  let spokeAt = performance.now();
  while (!signal.aborted) {
    const appended = appends.count();
    const messages: LiveMessage[] = [];
    const overview = JSON.stringify(overviewDocument(await readOverview(store, NEWEST)));
    if (overview !== told) messages.push({ event: 'overview', data: overview });
    told = overview;
    if (follow !== undefined) {
      const { commits } = await store.load(deploymentStream(follow.deployment));
      messages.push(...commits.filter((commit) => commit.seq > seq).map(commitMessage));
      seq = Math.max(seq, commits.at(-1)?.seq ?? 0);
    }
    if (messages.length === 0 && performance.now() - spokeAt >= QUIET_MILLISECONDS) {
      messages.push({ event: 'quiet', data: '' });
    }
    if (messages.length > 0) spokeAt = performance.now();
    yield* messages;
    await appends.moreThan(appended, ASK_AGAIN_MILLISECONDS, signal);
  }
}

function commitMessage(commit: Commit): LiveMessage {
  return { event: 'commit', id: String(commit.seq), data: JSON.stringify(commitDocument(commit)) };
}

/** A commit without its body, which says the same as its events. */
export function commitDocument({ body: _, ...commit }: Commit): CommitDocument {
  return commit;
}
export type CommitDocument = Omit<Commit, 'body'>;
