import type { Deployment } from '../../lifecycle/deployment.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import type { Output } from '../output/output.ts';
import { changeLines } from './change-lines.ts';
import type { Watcher } from './follow.ts';
import { headline } from './headline.ts';
import { createMeasurementLines } from './measurement-lines.ts';
import { signOfLife } from './sign-of-life.ts';
import { stageLines } from './stage-list.ts';

const SIGN_OF_LIFE_MILLISECONDS = 30_000;
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[J';
/** A line that wrapped would take two rows, and the next redraw would start a row too low. */
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

/** The watcher for whoever reads: a list redrawn in place at a terminal, a line per change elsewhere. */
export function createWatcher(output: Output): Watcher {
  return output.isInteractive ? redrawnList(output) : plainLines(output);
}

/** Progress in place. It keeps to the window, so that the terminal never scrolls a half-drawn list away. */
function redrawnList(output: Output): Watcher {
  let drawn = 0;
  const draw = (deployment: Deployment): void => {
    const { view } = deployment;
    const now = new Date().toISOString();
    const rendering = { now, columns: output.columns('note') - 1, style: output.noteStyle };
    const lines = view.outcome === undefined ? [headline(view, now, output.noteStyle)] : [];
    const all = [...lines, ...stageLines(view, rendering), ''];
    const shown = view.outcome === undefined ? all.slice(0, Math.max(1, output.rows() - 1)) : all;
    const back = drawn === 0 ? '' : `\u001b[${drawn}A`;
    output.raw(
      `${WRAP_OFF}${back}\r${shown.map((line) => `${CLEAR_LINE}${line}\n`).join('')}${CLEAR_BELOW}${WRAP_ON}`,
    );
    drawn = shown.length;
  };
  return { changed: draw, waiting: (deployment) => void (deployment && draw(deployment)) };
}

/** A line per change. What it begins with is where the deployment stands; one that has ended is told by its last screen. */
function plainLines(output: Output): Watcher {
  const style = output.noteStyle;
  const measurementLines = createMeasurementLines(style);
  let before: Deployment | undefined;
  let saidAt = performance.now();
  const say = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    output.note(lines);
    saidAt = performance.now();
  };
  return {
    changed: (deployment, commit) => {
      if (before !== undefined) {
        const changes = changeLines(before, deployment, commit.at, style);
        say([...changes, ...measurementLines(deployment, commit)]);
      } else if (deployment.view.outcome === undefined) say(openingLines(deployment.view, output));
      before = deployment;
    },
    waiting: (deployment) => {
      if (performance.now() - saidAt < SIGN_OF_LIFE_MILLISECONDS) return;
      say([signOfLife(deployment, new Date().toISOString())]);
    },
  };
}

function openingLines(view: DeploymentView, { noteStyle: style, columns }: Output): readonly string[] {
  const now = new Date().toISOString();
  return [
    headline(view, now, style),
    ...stageLines(view, { now, columns: columns('note') - 1, style }),
    style.dim('watching; Ctrl-C ends the watching, not the deployment'),
  ];
}
