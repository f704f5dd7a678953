import type { Deployment } from '../../lifecycle/deployment.ts';
import type { StageView } from '../../lifecycle/view.ts';
import { byWhom } from '../../lifecycle/wording/by-whom.ts';
import { KEPT, type Mark, markOfStage } from '../../lifecycle/wording/marks.ts';
import { reusedInWords } from '../../lifecycle/wording/reuse.ts';
import { timeOfDay } from '../../lifecycle/wording/times.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { pad } from '../output/width.ts';
import { NEEDS_TRAFFIC, needsTraffic } from './needs-traffic.ts';
import { elapsed } from './stage-list.ts';

const WORD_COLUMNS = 11;

/** One plain line for each thing that changed between two moments of a deployment. Pure. */
export function changeLines(
  before: Deployment | undefined,
  after: Deployment,
  at: string,
  style: Style,
): readonly string[] {
  const line = ({ symbol, word, tone }: Mark, text: string): string =>
    `${style.dim(timeOfDay(at))}  ${style[tone](`${symbol} ${pad(word, WORD_COLUMNS)}`)} ${text}`.trimEnd();
  const known = new Map(before?.view.stages.map((stage) => [stage.name, stage]));
  const stop = before?.view.stop === undefined ? after.view.stop : undefined;
  return [
    ...(stop === undefined ? [] : [line(STOPPING, `asked by ${oneLine(byWhom(stop))}`)]),
    ...after.view.stages.flatMap((stage) => {
      const earlier = known.get(stage.name);
      // Made by the deployment that is taken back: nothing has happened to it here.
      if (after.view.kind === 'rollback' && stage.kept === undefined && stage.state === 'passed') return [];
      if (stage.kept === undefined && stage.state !== (earlier?.state ?? 'pending'))
        return [line(markOfStage(stage), describe(stage, at))];
      if (stage.kept !== undefined && earlier?.kept === undefined)
        return [line(KEPT, `${stage.name}  ${oneLine(stage.kept)}`)];
      if (stage.extended && earlier?.extended === false) return [line(EXTENDED, extension(stage))];
      if (stage.attempts > (earlier?.attempts ?? 0) && stage.attempts > 1)
        return [line(RETRYING, attempt(stage))];
      return [];
    }),
  ];
}

const STOPPING: Mark = { symbol: '■', word: 'stopping', tone: 'warning' };
const RETRYING: Mark = { symbol: '↻', word: 'retrying', tone: 'warning' };

/** One more window is no second try: nothing has gone wrong. */
const EXTENDED: Mark = { symbol: '↻', word: 'extended', tone: 'warning' };

function extension(stage: StageView): string {
  const why = needsTraffic(stage) ? NEEDS_TRAFFIC : oneLine(stage.failure?.observed ?? 'not enough evidence');
  return `${stage.name}  observed for as long again: ${why}`;
}

function attempt(stage: StageView): string {
  return `${stage.name}  attempt ${stage.attempts}`;
}

function describe(stage: StageView, at: string): string {
  switch (stage.state) {
    case 'running':
      return `${stage.name}  ${oneLine(stage.question)}${again(stage)}`;
    case 'reused':
      return `${stage.name}  ${oneLine(reusedInWords(stage))}`;
    case 'passed':
      return `${stage.name}  ${[elapsed(stage, at), comparison(stage.judgement)].filter(Boolean).join('  ')}`;
    case 'failed':
    case 'undoFailed':
      if (stage.failure?.mode === 'stopped' || stage.failure?.mode === 'superseded') return stage.name;
      return `${stage.name}  ${[elapsed(stage, at), comparison(stage.failure)].filter(Boolean).join('  ')}`;
    case 'pending':
    case 'abandoned':
    case 'undoing':
    case 'undone':
      return stage.name;
    default:
      return stage.state satisfies never;
  }
}

/** In a rerun, why the check is performed again; only while its first attempt begins, for it is about nothing else. */
function again({ notReused, attempts }: StageView): string {
  return notReused === undefined || attempts > 1 ? '' : `  (again: ${oneLine(notReused)})`;
}

function comparison(sides: { readonly expected: string; readonly observed: string } | undefined): string {
  return sides === undefined
    ? ''
    : `expected ${oneLine(sides.expected)}, observed ${oneLine(sides.observed)}`;
}
