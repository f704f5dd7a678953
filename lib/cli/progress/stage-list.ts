import type { DeploymentView, StageView } from '../../lifecycle/view.ts';
import { type Mark, markOfStage } from '../../lifecycle/wording/marks.ts';
import { reusedInWords } from '../../lifecycle/wording/reuse.ts';
import { between, span } from '../../lifecycle/wording/times.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { pad, shorten, widthOf } from '../output/width.ts';
import { NEEDS_TRAFFIC, needsTraffic } from './needs-traffic.ts';

export type Rendering = {
  /** ISO-8601: elapsed times of what still runs are measured to here. */
  readonly now: string;
  readonly columns: number;
  readonly style: Style;
};

const WORD_COLUMNS = 11;
const TIME_COLUMNS = 7;
/** What stands before the word: two spaces, symbol, space. */
const MARK_AT = 2 + 2;
const QUESTION_COLUMNS_AT_LEAST = 12;
const COMPARISON_COLUMNS_AT_LEAST = 30;

/** The stages of a deployment, a line each, and under what runs or failed the two sides of its question. Pure. */
export function stageLines(view: DeploymentView, rendering: Rendering): readonly string[] {
  const layout = layoutOf(view, rendering);
  return shownStages(view).flatMap((stage) => [
    stageLine(stage, view, layout, rendering),
    ...comparisonLines(stage, layout, rendering),
    ...reusedLines(stage, layout, rendering),
  ]);
}

/** A rollback asks no check, so it is its lane that is shown, in the order in which it is undone. */
function shownStages({ kind, stages }: DeploymentView): readonly StageView[] {
  if (kind !== 'rollback') return stages;
  return stages.filter((stage) => stage.class === 'change' && stage.startedAt !== undefined).toReversed();
}

/** What a rollback has not undone yet was made by another deployment: it passed nothing here. */
const IN_PLACE: Mark = { symbol: '·', word: 'in place', tone: 'dim' };

function markIn({ kind, failure }: DeploymentView, stage: StageView): Mark {
  const isUntouched = kind === 'rollback' && stage.state === 'passed' && stage.kept === undefined;
  return isUntouched ? IN_PLACE : markOfStage(stage, failure);
}

/** Columns of each part, the same for all lines. */
type Layout = {
  readonly word: number;
  /** Where the name begins. */
  readonly nameAt: number;
  readonly name: number;
  readonly question: number;
};

function layoutOf(view: DeploymentView, { columns }: Rendering): Layout {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf));
  const words = widest(shownStages(view).map((stage) => markIn(view, stage).word));
  const word = words <= WORD_COLUMNS ? WORD_COLUMNS : words + 1;
  const nameAt = MARK_AT + word + 1;
  const name = Math.max(8, Math.min(widest(view.stages.map(labelOf)), columns - nameAt - TIME_COLUMNS - 3));
  const left = columns - (nameAt + name + TIME_COLUMNS + 3);
  const question = Number.isFinite(left) ? left : widest(view.stages.map((stage) => oneLine(stage.question)));
  return { word, nameAt, name, question };
}

function stageLine(
  stage: StageView,
  view: DeploymentView,
  layout: Layout,
  { now, style }: Rendering,
): string {
  const { symbol, word, tone } = markIn(view, stage);
  const mark = style[tone](`${symbol} ${pad(word, layout.word)}`);
  const name = pad(shorten(labelOf(stage), layout.name), layout.name);
  const room = layout.question;
  const question = room < QUESTION_COLUMNS_AT_LEAST ? '' : shorten(oneLine(stage.question), room);
  const filled = pad(question, Math.max(0, room)).slice(question.length);
  const time = (view.kind === 'rollback' ? '' : timeOf(stage, now)).padStart(TIME_COLUMNS);
  const named = stage.state === 'pending' ? style.dim(name) : style.bold(name);
  return `  ${mark} ${named}  ${style.dim(question)}${filled} ${time}`.trimEnd();
}

/** What was expected and what was observed, where somebody will want to know it now. */
function comparisonLines(stage: StageView, layout: Layout, { columns, style }: Rendering): readonly string[] {
  const isAsked = !isEndedFromOutside(stage);
  const isOfInterest =
    stage.state === 'running' ||
    (stage.failure !== undefined && isAsked) ||
    markOfStage(stage).symbol === '!';
  const sides = stage.state === 'running' ? newestSides(stage) : (stage.failure ?? stage.judgement);
  if (!isOfInterest || sides === undefined) return [];
  const indent = indentOf(layout, columns);
  const room = columns - indent - 'expected '.length;
  return [
    `${' '.repeat(indent)}${style.dim('expected')} ${shorten(oneLine(sides.expected), room)}`,
    `${' '.repeat(indent)}${style.dim('observed')} ${shorten(oneLine(sides.observed), room)}`,
    ...(needsTraffic(stage)
      ? [`${' '.repeat(indent)}${style.warning(shorten(NEEDS_TRAFFIC, columns - indent))}`]
      : []),
  ];
}

function indentOf(layout: Layout, columns: number): number {
  const wide = layout.nameAt + layout.name + 2;
  return columns - wide < COMPARISON_COLUMNS_AT_LEAST ? 6 : wide;
}

function reusedLines(stage: StageView, layout: Layout, { columns, style }: Rendering): readonly string[] {
  if (stage.reused === undefined) return [];
  const indent = indentOf(layout, columns);
  return [`${' '.repeat(indent)}${style.dim(shorten(oneLine(reusedInWords(stage)), columns - indent))}`];
}

/** A first window that was too short is all that is known until something is measured in the second. */
function newestSides({
  judgement,
  extended,
  failure,
}: StageView): StageView['judgement'] | StageView['failure'] {
  return judgement ?? (extended ? failure : undefined);
}

/** What was asked and seen says nothing about a stage that was stopped. */
function isEndedFromOutside({ state, failure }: StageView): boolean {
  return state !== 'running' && (failure?.mode === 'stopped' || failure?.mode === 'superseded');
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
