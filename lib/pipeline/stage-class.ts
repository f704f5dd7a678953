import type { ChangeStage, Stage, StageClass, StageKind } from './stage.ts';

const CLASS_OF_KIND: Readonly<Record<StageKind, StageClass>> = {
  command: 'check',
  http: 'check',
  analysis: 'check',
  compatibility: 'check',
  parity: 'check',
  acquire: 'change',
  place: 'change',
  shift: 'change',
  flag: 'change',
  custom: 'change',
};

/** Whether a stage is a check or a change. */
export function classOf(stage: Stage): StageClass {
  return CLASS_OF_KIND[stage.kind];
}

/** Whether a stage is a change, narrowing its type. */
export function isChange(stage: Stage): stage is ChangeStage {
  return classOf(stage) === 'change';
}

/** Seconds between two polls of a stage that is measured again and again; `undefined` for stages that are done in one go. */
export function pollInterval(stage: Stage): number | undefined {
  return stage.kind === 'analysis' ? stage.interval : undefined;
}
