import type { DeploymentView } from './view.ts';

/** Why a deployment came to where it is, in one line; for consoles that show one. */
export function diagnose(view: DeploymentView): string {
  const stuck = view.stages.find((stage) => stage.state === 'undoFailed');
  const cause =
    view.failure === undefined
      ? 'every stage passed'
      : `stage ${view.failure.stage} ${view.failure.mode}: expected ${view.failure.expected}, observed ${view.failure.observed}`;
  if (stuck === undefined) return cause;
  return `${cause}; undo of ${stuck.name} failed for good: ${stuck.failure?.observed ?? 'no reason recorded'}`;
}
