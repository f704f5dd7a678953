import type { Commit } from '../../history/event-store.ts';
import { replay } from '../../lifecycle/replay.ts';
import { changesInWords } from '../../lifecycle/wording/changes-in-words.ts';
import { dateAndTime } from '../../lifecycle/wording/times.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { shorten } from '../output/width.ts';
import { headline } from '../progress/headline.ts';
import { stageLines } from '../progress/stage-list.ts';
import { describeEvent } from '../reading/describe-event.ts';
import type { Stepping } from './stepping.ts';

export type Window = { readonly columns: number; readonly rows: number; readonly style: Style };

const KEYS = 'back ← k   on → j space   home   end   q quits';

/**
 * The screen for a commit: where the machine stood then, what was allowed next, what the commit wrote and what that changed,
 * and the stages as they were known. Never more lines than the window has; what does not fit is left out from the bottom,
 * and how much that is, is said. Pure.
 *
 * Errors: those of `replay`.
 */
export function steppingLines({ commits, index }: Stepping, window: Window): readonly string[] {
  const { columns, rows, style } = window;
  const commit = commits[index];
  if (commit === undefined) return ['the history is empty'];
  const deployment = replay(commits.slice(0, index + 1));
  const before = index === 0 ? undefined : replay(commits.slice(0, index));
  const { view, state, legal } = deployment;
  const told = [
    headline(view, commit.at, style),
    `  ${style.dim(`commit ${commit.seq} of ${commits.length}, ${dateAndTime(commit.at)}`)}`,
    ...listed('state', [state.join(', ')], window),
    ...listed('next', legal.length === 0 ? ['nothing: it has ended'] : wrapped(legal, window), window),
    ...listed('wrote', wroteBy(commit), window),
    ...listed('changed', changesInWords(before, deployment).map(oneLine), window),
    '',
    ...stageLines(view, { now: commit.at, columns: columns - 1, style }),
  ];
  return [...fitting(told, rows - 1, style), style.dim(shorten(KEYS, columns - 1))];
}

function wroteBy({ events }: Commit): readonly string[] {
  return events.map((event) => `${event.type} ${describeEvent(event)}`.trimEnd());
}

const NAME_COLUMNS = 9;

/** A name before the first line, the others under it. */
function listed(name: string, lines: readonly string[], { columns, style }: Window): readonly string[] {
  const room = roomOf(columns);
  const shown = lines.length === 0 ? ['nothing'] : lines;
  return shown.map(
    (line, index) =>
      `  ${style.dim((index === 0 ? name : '').padEnd(NAME_COLUMNS))}${shorten(oneLine(line), room)}`,
  );
}

function roomOf(columns: number): number {
  return columns - 1 - 2 - NAME_COLUMNS;
}

/** Names one after the other, as many on a line as there is room for. */
function wrapped(names: readonly string[], { columns }: Window): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const line = lines.at(-1);
    const longer = `${line}, ${name}`;
    if (line === undefined || longer.length > roomOf(columns)) lines.push(name);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function fitting(lines: readonly string[], rows: number, style: Style): readonly string[] {
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, Math.max(0, rows - 1));
  return [...shown, style.dim(`  … ${lines.length - shown.length} lines more in a higher window`)];
}
