import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { KEPT, type Mark, markOfDeployment, markOfStage } from '../../lib/lifecycle/wording/marks.ts';

export const IDLE: Mark = { symbol: '', word: '', tone: 'dim' };
const ACTIVE: Mark = { symbol: '▸', word: 'here', tone: 'active' };

/** How each state of the machine stands as of a commit: active, or what has come of its stage there. Pure. */
export function standingOf({ state, view }: Deployment, name: string): Mark {
  if (state.includes(name)) {
    return view.outcome === name ? { ...markOfDeployment(view), word: 'ended here' } : ACTIVE;
  }
  const isUndo = name.startsWith('undo ');
  const stage = view.stages.find(
    (candidate) => candidate.name === (isUndo ? name.slice('undo '.length) : name),
  );
  if (stage === undefined) return IDLE;
  const isUndone = stage.state === 'undone' || stage.state === 'undoFailed';
  if (isUndo && stage.kept !== undefined) return KEPT;
  if (isUndo) return isUndone ? markOfStage(stage) : IDLE;
  // What its undo came to stands in the undo lane; here stands that it had been done.
  if (stage.state === 'undoing' || isUndone || markOfStage(stage) === KEPT)
    return { symbol: '✔', word: 'begun', tone: 'dim' };
  return stage.state === 'pending' ? IDLE : markOfStage(stage);
}
