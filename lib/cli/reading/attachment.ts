import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { markOfDeployment } from '../../lifecycle/wording/marks.ts';
import { isDone, repeating } from '../../lifecycle/wording/next-command.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { dateAndTime } from '../../lifecycle/wording/times.ts';
import { lastEnvironment } from './live-now.ts';

/** What to say when the deployment that was asked for is there already. */
export async function attachmentNote(
  store: EventStore,
  deployment: DeploymentId,
): Promise<readonly string[]> {
  const { commits } = await store.load(deploymentStream(deployment));
  const { view } = replay(commits);
  return attachmentLines(view, await isStillLive(store, view));
}

/** As `attachmentNote`, of a view and whether what it made live is live still. Pure. */
export function attachmentLines(view: DeploymentView, isLive = true): readonly string[] {
  const what = `${view.pipeline.pipeline} ${view.release.version}`;
  const id = shortId(view.deployment);
  const isRollback = view.kind === 'rollback';
  if (view.outcome === undefined) {
    const doing = isRollback ? 'rolled back' : 'deployed';
    return [`${what} is being ${doing} already: attached to deployment ${id}`];
  }
  const when = dateAndTime(view.endedAt ?? view.requestedAt);
  if (isDone(view) && isRollback) return [`${what} was rolled back at ${when} by deployment ${id}`];
  if (isDone(view) && isLive)
    return [`${what} was deployed at ${when} by deployment ${id}, nothing has changed since`];
  if (isDone(view)) {
    return [
      `${what} was deployed at ${when} by deployment ${id}, and is not live any more`,
      'to deploy the very same again: nonevent deploy --again',
    ];
  }
  return [
    `this was tried already: deployment ${id} of ${what} ended at ${when}: ${markOfDeployment(view).word}`,
    `to try the very same again: ${repeating(view)}`,
  ];
}

/** A deployment that placed nothing made nothing live that could be gone. */
async function isStillLive(store: EventStore, { pipeline, deployment }: DeploymentView): Promise<boolean> {
  const environment = lastEnvironment(pipeline);
  if (environment === undefined) return true;
  const { commits } = await store.load(environmentStream(environment));
  const pair = foldEnvironment(commits).live[pipeline.pipeline];
  return pair === undefined || pair.live.deployment === deployment;
}
