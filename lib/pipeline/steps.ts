import type { ParallelGroup, Pipeline, Step } from './pipeline.ts';
import type { ChangeStage, Stage } from './stage.ts';
import { isChange } from './stage-class.ts';

export function isParallel(step: Step): step is ParallelGroup {
  return 'parallel' in step;
}

/** All stages in the order they are written, parallel ones in the order of their group. */
export function stagesOf(pipeline: Pipeline): readonly Stage[] {
  const stages: Stage[] = [];
  for (const step of pipeline.stages) {
    if (isParallel(step)) stages.push(...step.stages);
    else stages.push(step);
  }
  return stages;
}

/** The changes in the order they are made. The undo lane is the reverse of this. */
export function changesOf(pipeline: Pipeline): readonly ChangeStage[] {
  return stagesOf(pipeline).filter(isChange);
}
