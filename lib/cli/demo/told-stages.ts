import type { Commit } from '../../history/event-store.ts';
import type { DeploymentEvent } from '../../history/events.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import type { StageView } from '../../lifecycle/view.ts';
import type { Style } from '../output/style.ts';
import { between, span } from '../output/time.ts';
import { oneLine } from '../output/untrusted.ts';
import { pad, widthOf } from '../output/width.ts';
import { elapsed } from '../progress/stage-list.ts';
import { type Mark, markOfStage } from '../progress/stage-words.ts';

const WORD_COLUMNS = 8;
const TIME_COLUMNS = 6;

export type Telling = {
  readonly style: Style;
  /** Where a line has to break at a terminal; `undefined` for one line per stage, however long. */
  readonly columns: number | undefined;
};

/** A line for each stage whose outcome a commit records: question, verdict, evidence. Pure. */
export function toldStages(deployment: Deployment, commit: Commit, telling: Telling): readonly string[] {
  return commit.events.flatMap((event) => told(deployment, event as DeploymentEvent, commit.at, telling));
}

const RETRYING: Mark = { symbol: '↻', word: 'retrying', tone: 'warning' };
const UNDONE: Mark = { symbol: '↶', word: 'undone', tone: 'warning' };

function told(
  deployment: Deployment,
  event: DeploymentEvent,
  at: string,
  telling: Telling,
): readonly string[] {
  const stageNamed = (name: string): StageView | undefined =>
    deployment.view.stages.find((stage) => stage.name === name);
  const line = (
    mark: Mark,
    name: string,
    time: string,
    question: string,
    evidence: string,
  ): readonly string[] => stageLine(deployment, { mark, name, time, question, evidence }, telling);
  switch (event.type) {
    case 'StagePassed': {
      const stage = stageNamed(event.data.stage);
      if (stage === undefined) return [];
      return line(
        markOfStage(stage),
        stage.name,
        elapsed(stage, at),
        stage.question,
        event.data.judgement.observed,
      );
    }
    case 'StageFailed':
    case 'StageAttemptFailed':
    case 'UndoFailed': {
      const stage = stageNamed(event.data.stage);
      if (stage === undefined) return [];
      const { expected, observed, question } = event.data.failure;
      const mark = event.type === 'StageAttemptFailed' ? RETRYING : markOfStage(stage);
      return line(mark, stage.name, elapsed(stage, at), question, `${observed}, expected ${expected}`);
    }
    case 'StageUndone': {
      const stage = stageNamed(event.data.stage);
      if (stage === undefined || event.data.effect === 'nothing') return [];
      const failedAt = deployment.view.stages.find(
        ({ name }) => name === deployment.view.failure?.stage,
      )?.endedAt;
      const since = failedAt === undefined ? '' : `${span(between(failedAt, at))} after the verdict`;
      return line(UNDONE, stage.name, '', since, '');
    }
    default:
      return [];
  }
}

type Told = {
  readonly mark: Mark;
  readonly name: string;
  readonly time: string;
  readonly question: string;
  readonly evidence: string;
};

function stageLine(
  { view }: Deployment,
  { mark, name, time, question, evidence }: Told,
  { style, columns }: Telling,
): readonly string[] {
  const nameColumns = Math.max(...view.stages.map((stage) => widthOf(stage.name)));
  const left = `${mark.symbol} ${pad(mark.word, WORD_COLUMNS)} ${pad(name, nameColumns)} ${time.padStart(TIME_COLUMNS)}  `;
  const painted = `  ${style[mark.tone](`${mark.symbol} ${pad(mark.word, WORD_COLUMNS)}`)} ${pad(name, nameColumns)} ${style.dim(time.padStart(TIME_COLUMNS))}  `;
  const asked = oneLine(question);
  const seen = oneLine(evidence);
  const whole = `${painted}${style.dim(asked)}${seen === '' ? '' : `  ${seen}`}`;
  const width = 2 + widthOf(left) + widthOf(asked) + (seen === '' ? 0 : 2 + widthOf(seen));
  if (columns === undefined || width < columns || seen === '') return [whole];
  return [`${painted}${style.dim(asked)}`, `${' '.repeat(2 + widthOf(left))}${seen}`];
}
