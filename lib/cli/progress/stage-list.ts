import type { DeploymentView, StageView } from '../../lifecycle/view.ts';
import type { Style } from '../output/style.ts';
import { between, span } from '../output/time.ts';
import { oneLine } from '../output/untrusted.ts';
import { fit, pad, widthOf } from '../output/width.ts';
import { markOfStage } from './stage-words.ts';

export type Rendering = {
  /** ISO-8601: elapsed times of what still runs are measured to here. */
  readonly now: string;
  readonly columns: number;
  readonly style: Style;
};

const WORD_COLUMNS = 11;
const TIME_COLUMNS = 7;
const QUESTION_COLUMNS_AT_LEAST = 12;

/** The stages of a deployment, a line each, and under what runs or failed the two sides of its question. Pure. */
export function stageLines(view: DeploymentView, rendering: Rendering): readonly string[] {
  const nameColumns = Math.max(0, ...view.stages.map((stage) => widthOf(labelOf(stage))));
  return view.stages.flatMap((stage) => [
    stageLine(stage, nameColumns, rendering),
    ...comparisonLines(stage, nameColumns, rendering),
  ]);
}

function stageLine(stage: StageView, nameColumns: number, { now, columns, style }: Rendering): string {
  const { symbol, word, tone } = markOfStage(stage);
  const mark = style[tone](`${symbol} ${pad(word, WORD_COLUMNS)}`);
  const left = columns - (indent(nameColumns) + TIME_COLUMNS + 3);
  const question = left < QUESTION_COLUMNS_AT_LEAST ? '' : fit(oneLine(stage.question), left);
  const time = elapsed(stage, now).padStart(TIME_COLUMNS);
  const filled = pad(question, Math.max(0, left)).slice(question.length);
  const name = pad(labelOf(stage), nameColumns);
  return `  ${mark} ${stage.state === 'pending' ? style.dim(name) : style.bold(name)}  ${style.dim(question)}${filled} ${time}`.trimEnd();
}

/** What was expected and what was observed, where somebody will want to know it now. */
function comparisonLines(stage: StageView, nameColumns: number, { columns, style }: Rendering): readonly string[] {
  const isOfInterest = stage.state === 'running' || stage.failure !== undefined || markOfStage(stage).symbol === '!';
  const sides = stage.state === 'running' ? stage.judgement : (stage.failure ?? stage.judgement);
  if (!isOfInterest || sides === undefined) return [];
  const left = ' '.repeat(indent(nameColumns));
  const room = Math.max(20, columns - indent(nameColumns) - 'expected '.length - 1);
  return [
    `${left}${style.dim('expected')} ${fit(oneLine(sides.expected), room)}`,
    `${left}${style.dim('observed')} ${fit(oneLine(sides.observed), room)}`,
  ];
}

/** Columns before the question. */
function indent(nameColumns: number): number {
  return 2 + 2 + WORD_COLUMNS + 1 + nameColumns + 2;
}

function labelOf(stage: StageView): string {
  return stage.mode === 'enforcing' ? stage.name : `${stage.name} (${stage.mode})`;
}

/** How long a stage has taken so far, or took. */
export function elapsed(stage: StageView, now: string): string {
  return stage.startedAt === undefined ? '' : span(between(stage.startedAt, stage.endedAt ?? now));
}
