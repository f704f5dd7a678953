import type { DeploymentView } from './view.ts';

/** Why a deployment came to where it is, in one line; for consoles that show one. */
export function diagnose(view: DeploymentView): string {
  const stuck = view.stages.find((stage) => stage.state === 'undoFailed');
  const cause = causeOf(view);
  if (stuck === undefined) return cause;
  return `${cause}; undo of ${stuck.name} failed for good: ${stuck.failure?.observed ?? 'no reason recorded'}`;
}

function causeOf({ failure, kind, of, outcome }: DeploymentView): string {
  if (failure !== undefined)
    return `stage ${failure.stage} ${failure.mode}: expected ${failure.expected}, observed ${failure.observed}`;
  if (kind === 'forward') return 'every stage passed';
  return outcome === 'rolledBack'
    ? `every change of deployment ${of} was undone`
    : `rollback of deployment ${of}`;
}
