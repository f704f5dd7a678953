import type { Deployment } from './deployment.ts';
import { REQUESTED, undoLeaf } from './leaves.ts';
import type { StageView } from './view.ts';

/**
 * How a deployment stands to one of its stages when somebody is told to perform it:
 * `here` it is its turn; `passed` it is done; `refused` it failed before it began; `failed` it or a parallel sibling failed.
 */
export type Standing = 'here' | 'passed' | 'refused' | 'failed';

export function standingOf(deployment: Deployment, stage: StageView): Standing {
  if (stage.state === 'passed' || stage.state === 'reused') return 'passed';
  const isTurn = deployment.state.includes(stage.name) || deployment.state.includes(REQUESTED);
  if (isTurn) return 'here';
  // A failure that only the execution saw may stand against a stage that never began: its undo is still to come.
  const isPast = !deployment.state.includes(undoLeaf(stage));
  return stage.startedAt === undefined && isPast ? 'refused' : 'failed';
}

/** The view of a stage. Errors: a bug when the pipeline has no such stage. */
export function stageViewOf({ view }: Deployment, name: string): StageView {
  const stage = view.stages.find((candidate) => candidate.name === name);
  if (stage === undefined) throw new Error(`pipeline ${view.pipeline.pipeline} has no stage ${name}`);
  return stage;
}

/** Whether the stage is still where it was seen: its turn, with the same attempt in the same state. */
export function isUnchanged(deployment: Deployment, seen: StageView): boolean {
  const now = stageViewOf(deployment, seen.name);
  return standingOf(deployment, now) === 'here' && now.attempts === seen.attempts && now.open === seen.open;
}
