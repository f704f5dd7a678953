import { randomUUID } from 'node:crypto';
import { environmentStream, foldEnvironment, timesLive } from '../../environments/environment.ts';
import { deriveDeploymentId, releaseDigest } from '../../history/digests.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { isLeaseHeld } from '../../lifecycle/is-lease-held.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Digest } from '../../pipeline/release.ts';
import { lastEnvironment } from './live-now.ts';

/** What is to be deployed, by its content. */
export type Content = { readonly pipelineDigest: Digest; readonly releaseDigest: Digest };

/**
 * The trigger id of a deployment that a person asked for. By default it says what is live, so that the same command
 * typed again means the same deployment until something else has gone live, by a deployment or by a rollback. Where this very content is live already,
 * it is the trigger that brought it there. A deployment that found the lease held was kept from trying: the next one is another.
 */
export async function chooseTrigger(
  store: EventStore,
  pipeline: Pipeline,
  content: Content,
  asked: { readonly trigger?: string | undefined; readonly again: boolean },
): Promise<string> {
  if (asked.trigger !== undefined) return asked.trigger;
  if (asked.again) return `again:${randomUUID()}`;
  return firstUnhindered(store, content, await triggerByWhatIsLive(store, pipeline, content));
}

async function triggerByWhatIsLive(store: EventStore, pipeline: Pipeline, content: Content): Promise<string> {
  const environment = lastEnvironment(pipeline);
  if (environment === undefined) return 'live:none';
  const { commits } = await store.load(environmentStream(environment));
  const live = foldEnvironment(commits).live[pipeline.pipeline]?.live;
  if (live === undefined) return 'live:none';
  const brought = await triggerThatBrought(store, live, content);
  if (brought !== undefined) return brought;
  const times = timesLive(commits, pipeline.pipeline, live.deployment);
  return times === 1 ? `live:${live.deployment}` : `live:${live.deployment}:${times}`;
}

/**
 * The trigger itself, or where its deployment ended at a held lease, the first of its successors whose deployment did not. Each
 * has one only if the one before ended so, so the last one is searched by doubling and halving.
 */
async function firstUnhindered(store: EventStore, content: Content, trigger: string): Promise<string> {
  const nth = (count: number): string => (count === 0 ? trigger : `${trigger}:retry:${count}`);
  const isHindered = async (count: number): Promise<boolean> => {
    const id = deriveDeploymentId({ ...content, triggerId: nth(count) });
    const { commits } = await store.load(deploymentStream(id));
    if (commits.length === 0) return false;
    const { view } = replay(commits);
    return view.outcome !== undefined && view.outcome !== 'stuck' && isLeaseHeld(view);
  };
  if (!(await isHindered(0))) return trigger;
  let hindered = 0;
  let free = 1;
  while (await isHindered(free)) [hindered, free] = [free, free * 2];
  while (free - hindered > 1) {
    const middle = Math.floor((hindered + free) / 2);
    if (await isHindered(middle)) hindered = middle;
    else free = middle;
  }
  return nth(free);
}

async function triggerThatBrought(
  store: EventStore,
  live: RevisionRef,
  content: Content,
): Promise<string | undefined> {
  const { commits } = await store.load(deploymentStream(live.deployment));
  const opening = commits[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested') return undefined;
  const isSame =
    opening.data.pipelineDigest === content.pipelineDigest &&
    releaseDigest(opening.data.release) === content.releaseDigest;
  return isSame ? opening.data.trigger.id : undefined;
}
