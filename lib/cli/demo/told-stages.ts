import type { Commit } from '../../history/event-store.ts';
import type { DeploymentEvent } from '../../history/events.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import type { DeploymentView, StageView } from '../../lifecycle/view.ts';
import { type Mark, markOfStage } from '../../lifecycle/wording/marks.ts';
import { between, span } from '../../lifecycle/wording/times.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { pad, widthOf } from '../output/width.ts';
import { elapsed } from '../progress/stage-list.ts';
import { wrapped } from './wrapped.ts';

export type Telling = {
  readonly style: Style;
  /** How wide the terminal is; `undefined` for one line per stage, however long. */
  readonly columns: number | undefined;
};

/** A line for each stage whose outcome a commit records: question, verdict, evidence. Pure. */
export function toldStages({ view }: Deployment, commit: Commit, telling: Telling): readonly string[] {
  return commit.events.flatMap((event) => {
    const told = tellingOf(view, event as DeploymentEvent, commit.at);
    return told === undefined ? [] : stageLines(view, told, telling);
  });
}

/** What is said of a stage. */
type Told = {
  readonly mark: Mark;
  readonly stage: StageView;
  readonly time: string;
  readonly question: string;
  readonly evidence: readonly string[];
};

const RETRYING: Mark = { symbol: '↻', word: 'retrying', tone: 'warning' };
const UNDONE: Mark = { symbol: '↶', word: 'undone', tone: 'warning' };

function tellingOf(view: DeploymentView, event: DeploymentEvent, at: string): Told | undefined {
  switch (event.type) {
    case 'StagePassed': {
      const stage = stageNamed(view, event.data.stage);
      const { observed } = event.data.judgement;
      return {
        mark: markOfStage(stage),
        stage,
        time: elapsed(stage, at),
        question: stage.question,
        evidence: [observed],
      };
    }
    case 'StageFailed':
    case 'StageAttemptFailed':
    case 'UndoFailed': {
      const stage = stageNamed(view, event.data.stage);
      const { expected, observed, question } = event.data.failure;
      const mark = event.type === 'StageAttemptFailed' ? RETRYING : markOfStage(stage);
      return {
        mark,
        stage,
        time: elapsed(stage, at),
        question,
        evidence: [observed, `expected ${expected}`],
      };
    }
    case 'StageUndone': {
      if (event.data.effect === 'nothing') return undefined;
      const stage = stageNamed(view, event.data.stage);
      return { mark: UNDONE, stage, time: '', question: sinceVerdict(view, at), evidence: [] };
    }
    default:
      return undefined;
  }
}

function stageNamed({ stages }: DeploymentView, name: string): StageView {
  const found = stages.find((stage) => stage.name === name);
  if (found === undefined)
    throw new Error(`the history speaks of stage ${name}, which the pipeline does not have`);
  return found;
}

function sinceVerdict({ stages, failure }: DeploymentView, at: string): string {
  const failed = stages.find(({ name }) => name === failure?.stage);
  return failed?.endedAt === undefined ? '' : `${span(between(failed.endedAt, at))} after the verdict`;
}

const WORD_COLUMNS = 8;
const TIME_COLUMNS = 6;
const EVIDENCE_COLUMNS_AT_LEAST = 30;

function stageLines(
  view: DeploymentView,
  { mark, stage, time, question, evidence }: Told,
  { style, columns }: Telling,
): readonly string[] {
  const name = pad(stage.name, Math.max(...view.stages.map((each) => widthOf(each.name))));
  const sign = `${mark.symbol} ${pad(mark.word, WORD_COLUMNS)}`;
  const indent = 2 + widthOf(sign) + 1 + widthOf(name) + 1 + TIME_COLUMNS + 2;
  const asked = oneLine(question);
  const left = `  ${style[mark.tone](sign)} ${name} ${style.dim(time.padStart(TIME_COLUMNS))}  ${style.dim(asked)}`;
  const seen = evidence.map(oneLine);
  const inOne = seen.join(', ');
  if (inOne === '') return [left];
  if (columns === undefined || indent + widthOf(asked) + 2 + widthOf(inOne) < columns)
    return [`${left}  ${inOne}`];
  const room = Math.max(EVIDENCE_COLUMNS_AT_LEAST, columns - indent - 1);
  return [left, ...seen.flatMap((part) => wrapped(part, room)).map((line) => ' '.repeat(indent) + line)];
}

/** What goes on right now, for a line that is redrawn. Pure. */
export function toldNow({ view }: Deployment, now: string): string {
  return view.stages
    .filter(({ state }) => state === 'running' || state === 'undoing')
    .map((stage) => [`▸ ${stage.name}`, elapsed(stage, now), ...seenSoFar(stage)].join('  '))
    .join('   ');
}

function seenSoFar({ judgement }: StageView): readonly string[] {
  return judgement === undefined ? [] : [oneLine(judgement.observed)];
}
