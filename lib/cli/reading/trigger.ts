import { randomUUID } from 'node:crypto';
import { environmentStream, foldEnvironment, timesLive } from '../../environments/environment.ts';
import { releaseDigest } from '../../history/digests.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { EventStore } from '../../history/event-store.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Digest } from '../../pipeline/release.ts';
import { lastEnvironment } from './live-now.ts';

/** What is to be deployed, by its content. */
export type Content = { readonly pipelineDigest: Digest; readonly releaseDigest: Digest };

/**
 * The trigger id of a deployment that a person asked for. By default it says what is live, so that the same command
 * typed again means the same deployment until something else has gone live, by a deployment or by a rollback. Where this very content is live already,
 * it is the trigger that brought it there.
 */
export async function chooseTrigger(
  store: EventStore,
  pipeline: Pipeline,
  content: Content,
  asked: { readonly trigger?: string | undefined; readonly again: boolean },
): Promise<string> {
  if (asked.trigger !== undefined) return asked.trigger;
  if (asked.again) return `again:${randomUUID()}`;
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

async function triggerThatBrought(
  store: EventStore,
  live: RevisionRef,
  content: Content,
): Promise<string | undefined> {
  const { commits } = await store.load(`deployment#${live.deployment}`);
  const opening = commits[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested') return undefined;
  const isSame =
    opening.data.pipelineDigest === content.pipelineDigest &&
    releaseDigest(opening.data.release) === content.releaseDigest;
  return isSame ? opening.data.trigger.id : undefined;
}
