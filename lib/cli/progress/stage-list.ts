import type { DeploymentView, StageView } from '../../lifecycle/view.ts';
import { markOfStage } from '../../lifecycle/wording/marks.ts';
import { between, span } from '../../lifecycle/wording/times.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { pad, shorten, widthOf } from '../output/width.ts';

export type Rendering = {
  /** ISO-8601: elapsed times of what still runs are measured to here. */
  readonly now: string;
  readonly columns: number;
  readonly style: Style;
};

const WORD_COLUMNS = 11;
const TIME_COLUMNS = 7;
/** What stands before the name: two spaces, symbol, space, word, space. */
const NAME_AT = 2 + 2 + WORD_COLUMNS + 1;
const QUESTION_COLUMNS_AT_LEAST = 12;
const COMPARISON_COLUMNS_AT_LEAST = 30;

/** The stages of a deployment, a line each, and under what runs or failed the two sides of its question. Pure. */
export function stageLines(view: DeploymentView, rendering: Rendering): readonly string[] {
  const longest = Math.max(0, ...view.stages.map((stage) => widthOf(labelOf(stage))));
  const nameColumns = Math.max(8, Math.min(longest, rendering.columns - NAME_AT - TIME_COLUMNS - 3));
  return view.stages.flatMap((stage) => [
    stageLine(stage, nameColumns, rendering),
    ...comparisonLines(stage, nameColumns, rendering),
  ]);
}

function stageLine(stage: StageView, nameColumns: number, { now, columns, style }: Rendering): string {
  const { symbol, word, tone } = markOfStage(stage);
  const mark = style[tone](`${symbol} ${pad(word, WORD_COLUMNS)}`);
  const name = pad(shorten(labelOf(stage), nameColumns), nameColumns);
  const left = columns - (NAME_AT + nameColumns + TIME_COLUMNS + 3);
  const question = left < QUESTION_COLUMNS_AT_LEAST ? '' : shorten(oneLine(stage.question), left);
  const filled = pad(question, Math.max(0, left)).slice(question.length);
  const time = timeOf(stage, now).padStart(TIME_COLUMNS);
  const named = stage.state === 'pending' ? style.dim(name) : style.bold(name);
  return `  ${mark} ${named}  ${style.dim(question)}${filled} ${time}`.trimEnd();
}

/** What was expected and what was observed, where somebody will want to know it now. */
function comparisonLines(
  stage: StageView,
  nameColumns: number,
  { columns, style }: Rendering,
): readonly string[] {
  const isOfInterest =
    stage.state === 'running' || stage.failure !== undefined || markOfStage(stage).symbol === '!';
  const sides = stage.state === 'running' ? stage.judgement : (stage.failure ?? stage.judgement);
  if (!isOfInterest || sides === undefined) return [];
  const wide = NAME_AT + nameColumns + 2;
  const indent = columns - wide < COMPARISON_COLUMNS_AT_LEAST ? 6 : wide;
  const room = columns - indent - 'expected '.length;
  return [
    `${' '.repeat(indent)}${style.dim('expected')} ${shorten(oneLine(sides.expected), room)}`,
    `${' '.repeat(indent)}${style.dim('observed')} ${shorten(oneLine(sides.observed), room)}`,
  ];
}

function labelOf(stage: StageView): string {
  return stage.mode === 'enforcing' ? stage.name : `${stage.name} (${stage.mode})`;
}

/** Of a change that was taken back, when it began says nothing about how long anything took. */
function timeOf(stage: StageView, now: string): string {
  return stage.state === 'undone' || stage.state === 'undoing' ? '' : elapsed(stage, now);
}

/** How long a stage has taken so far, or took. */
export function elapsed(stage: StageView, now: string): string {
  return stage.startedAt === undefined ? '' : span(between(stage.startedAt, stage.endedAt ?? now));
}
