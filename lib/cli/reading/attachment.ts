import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { dateAndTime } from '../../lifecycle/wording/times.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { markOfOutcome } from '../../lifecycle/wording/marks.ts';

/** What to say when the deployment that was asked for is there already. */
export async function attachmentNote(
  store: EventStore,
  deployment: DeploymentId,
): Promise<readonly string[]> {
  const { commits } = await store.load(`deployment#${deployment}`);
  return attachmentLines(replay(commits).view);
}

/** As `attachmentNote`, of a view. Pure. */
export function attachmentLines(view: DeploymentView): readonly string[] {
  const what = `${view.pipeline.pipeline} ${view.release.version}`;
  const id = shortId(view.deployment);
  if (view.outcome === undefined) return [`${what} is being deployed already: attached to deployment ${id}`];
  const when = dateAndTime(view.endedAt ?? view.requestedAt);
  if (view.outcome === 'succeeded')
    return [`${what} was deployed at ${when} by deployment ${id}, nothing has changed since`];
  return [
    `this was tried already: deployment ${id} of ${what} ended at ${when}: ${markOfOutcome(view.outcome).word}`,
    'to try the very same again: nonevent deploy --again',
  ];
}
