import type { Flag } from '../../environments/environment.ts';
import { flagInWords, type RecordedFlagChange } from '../../environments/flags.ts';
import { dateAndTime } from '../../lifecycle/wording/times.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import { oneLine } from '../output/untrusted.ts';

/** The flags of an environment as they are now, and every change that led there. */
export type EnvironmentFlags = {
  readonly environment: string;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly changes: readonly RecordedFlagChange[];
};

/** The flags that are set, with who set them and when. Pure. */
export function flagLines(all: readonly EnvironmentFlags[], style: Style): readonly string[] {
  const rows = all.flatMap(({ environment, flags, changes }) =>
    Object.entries(flags)
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([name, { value, actor, reason }]) => [
        environment,
        name,
        oneLine(flagInWords(value)),
        dateAndTime(changes.findLast(({ flag, late }) => flag === name && late === undefined)?.at ?? ''),
        oneLine(`${actor}: ${reason}`),
      ]),
  );
  if (rows.length === 0) return ['no flag is set'];
  return table([['environment', 'flag', 'value', 'since', 'by'], ...rows], (cell, _, row) =>
    row === 0 ? style.dim(cell) : cell,
  );
}

/** The changes of a flag, oldest first. Pure. */
export function flagChangeLines(changes: readonly RecordedFlagChange[], style: Style): readonly string[] {
  return table(
    changes.map(({ seq, at, value, actor, reason, late }) => [
      String(seq).padStart(6),
      dateAndTime(at),
      oneLine(flagInWords(value)),
      oneLine(
        `${actor}: ${reason}${late === undefined ? '' : ` (asked for ${flagInWords(late)}, came late)`}`,
      ),
    ]),
    (cell, column) => (column < 2 ? style.dim(cell) : cell),
  );
}

/** The flags as `-o json` gives them. Pure. */
export function flagsDocument(all: readonly EnvironmentFlags[]): object {
  return {
    environments: all.map(({ environment, flags }) => ({ environment, flags })),
  };
}
