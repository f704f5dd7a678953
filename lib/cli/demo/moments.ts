import type { Commit } from '../../history/event-store.ts';
import type { EventData, EventType } from '../../history/events.ts';
import { BAD_ANALYSIS, BAD_SHIFT, WHOLE_SHIFT } from './plan.ts';
import type { Window } from './traffic.ts';

/** The part of a history that moments are read from. */
type Commits = readonly Pick<Commit, 'at' | 'events'>[];

/** When the history first has such an event; `undefined` where it has none. Pure. */
function momentOf<Type extends EventType>(
  commits: Commits,
  type: Type,
  matches: (data: EventData<Type>) => boolean = () => true,
): number | undefined {
  const commit = commits.find(({ events }) =>
    events.some((event) => event.type === type && matches(event.data as EventData<Type>)),
  );
  return commit === undefined ? undefined : Date.parse(commit.at);
}

/** From the first change of a deployment that succeeded to its end. Pure. */
export function rollForward(commits: Commits, changes: readonly string[]): Window | undefined {
  return windowOf(
    momentOf(commits, 'StageStarted', ({ stage }) => changes.includes(stage)),
    momentOf(commits, 'DeploymentSucceeded'),
  );
}

/** The time in which the bad release had a share of the traffic, as far out as the history can tell. Pure. */
export function badCanary(commits: Commits): Window | undefined {
  return windowOf(
    momentOf(commits, 'StageStarted', ({ stage }) => stage === BAD_SHIFT),
    momentOf(commits, 'StageUndone', ({ stage }) => stage === BAD_SHIFT),
  );
}

/** From the deciding measurement, recorded as the analysis' failure, to restored traffic. Pure. */
export function restoration(commits: Commits): Window | undefined {
  return windowOf(
    momentOf(commits, 'StageFailed', ({ stage }) => stage === BAD_ANALYSIS),
    momentOf(commits, 'StageUndone', ({ stage }) => stage === BAD_SHIFT),
  );
}

/** From the request for a rollback to the traffic being where it was before. Pure. */
export function trafficBack(commits: Commits): Window | undefined {
  return windowOf(
    momentOf(commits, 'DeploymentRequested'),
    momentOf(commits, 'StageUndone', ({ stage }) => stage === WHOLE_SHIFT),
  );
}

/** From the request for a rollback to its end, with the old processes drained. Pure. */
export function wholeRollback(commits: Commits): Window | undefined {
  return windowOf(momentOf(commits, 'DeploymentRequested'), momentOf(commits, 'DeploymentRolledBack'));
}

function windowOf(from: number | undefined, to: number | undefined): Window | undefined {
  return from === undefined || to === undefined ? undefined : { from, to };
}
