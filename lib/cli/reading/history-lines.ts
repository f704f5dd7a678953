import type { Commit } from '../../history/event-store.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import { describeEvent } from './describe-event.ts';

/** A stream for people: seq, time, event, what it says. Pure. */
export function historyLines(commits: readonly Commit[], style: Style): readonly string[] {
  const rows = commits.flatMap(({ seq, at, events }) =>
    events.map((event) => [
      String(seq).padStart(4),
      at.slice(0, 23).replace('T', ' '),
      event.type,
      describeEvent(event),
    ]),
  );
  return table(rows, (cell, column) =>
    column === 2 ? style.bold(cell) : column < 2 ? style.dim(cell) : cell,
  );
}
