import type { Commit } from '../../history/event-store.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { timeOfDay } from '../../lifecycle/wording/times.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { pad } from '../output/width.ts';
import { isUnasked, NEEDS_TRAFFIC } from './needs-traffic.ts';

const APART_MILLISECONDS = 5000;
const WORD_COLUMNS = 11;

/** What only counts the time on is no news. */
const RUNNING_TIME = /\b[\d.]+ s of [\d.]+ s observed\b/g;

/**
 * A line for what a commit says was measured, at most one per stage in 5 s of the history's own time, and none that says again what the
 * one before said.
 */
export function createMeasurementLines(
  style: Style,
): (deployment: Deployment, commit: Pick<Commit, 'at' | 'events'>) => readonly string[] {
  const saidAt = new Map<string, number>();
  const said = new Map<string, string>();
  return ({ view }, { at, events }) =>
    events.flatMap((event) => {
      if (event.type !== 'StageMeasured') return [];
      const { stage, judgement, evidence } = event.data;
      const known = view.stages.find(({ name }) => name === stage);
      const isRunning = known?.state === 'running';
      const isSoon = Date.parse(at) - (saidAt.get(stage) ?? Number.NEGATIVE_INFINITY) < APART_MILLISECONDS;
      if (!isRunning || isSoon) return [];
      const observed =
        known.kind === 'analysis' && isUnasked(evidence) ? NEEDS_TRAFFIC : oneLine(judgement.observed);
      const news = observed.replaceAll(RUNNING_TIME, '');
      if (said.get(stage) === news) return [];
      said.set(stage, news);
      saidAt.set(stage, Date.parse(at));
      const mark = style.dim(`· ${pad(known.kind === 'acquire' ? 'waiting' : 'measured', WORD_COLUMNS)}`);
      return [`${style.dim(timeOfDay(at))}  ${mark} ${stage}  ${observed}`];
    });
}
