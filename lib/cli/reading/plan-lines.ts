import { writtenDuration } from '../../lifecycle/wording/times.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Stage } from '../../pipeline/stage.ts';
import { classOf, isChange } from '../../pipeline/stage-class.ts';
import { isParallel } from '../../pipeline/steps.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import { oneLine } from '../output/untrusted.ts';
import { shorten } from '../output/width.ts';

const QUESTION_COLUMNS = 56;

/**
 * The stages as they will run, with all sugar expanded: parallel checks side by side, changes with their undo. Pure.
 * At a terminal a question is cut, so that a stage keeps to its line.
 */
export function planLines(pipeline: Pipeline, style: Style, isTerminal: boolean): readonly string[] {
  const columns = isTerminal ? QUESTION_COLUMNS : Number.POSITIVE_INFINITY;
  const rows = pipeline.stages.flatMap((step) =>
    isParallel(step)
      ? step.stages.map((stage, index) => row(stage, index === 0 ? '┬' : '├', columns))
      : [row(step, ' ', columns)],
  );
  return table(rows, (cell, column) =>
    column === 1 ? style.bold(cell) : column === 0 ? cell : style.dim(cell),
  );
}

function row(stage: Stage, branch: string, columns: number): readonly string[] {
  const mode = 'mode' in stage && stage.mode !== 'enforcing' ? ` (${stage.mode})` : '';
  return [
    `  ${branch} ${isChange(stage) ? '↶' : '?'} ${classOf(stage)}`,
    `${stage.name}${mode}`,
    stage.kind,
    `~${writtenDuration(stage.expect)}`.padStart(6),
    shorten(oneLine(stage.question), columns),
  ];
}
