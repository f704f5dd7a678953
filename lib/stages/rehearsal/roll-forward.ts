import type { DeploymentView } from '../../lifecycle/view.ts';
import { changesOf } from '../../pipeline/steps.ts';

/**
 * Milliseconds that the place and shift stages of a deployment took in an environment, by its own history. The checks between them
 * are not counted: they are no part of moving. `null` where nothing was moved, or not all of it has ended. Pure.
 */
export function rollForwardMilliseconds(
  { pipeline, stages }: DeploymentView,
  environment: string,
): number | null {
  const moves = changesOf(pipeline)
    .filter((change) => change.kind === 'place' || change.kind === 'shift')
    .filter((change) => change.environment === environment)
    .map(({ name }) => stages.find((stage) => stage.name === name))
    .filter((stage) => stage?.startedAt !== undefined);
  const times = moves.map((stage) => Date.parse(stage?.endedAt ?? '') - Date.parse(stage?.startedAt ?? ''));
  if (times.length === 0 || times.some((time) => !Number.isFinite(time))) return null;
  // The clock of a writer may be set back in between.
  return times.reduce((total, time) => total + Math.max(0, time), 0);
}
