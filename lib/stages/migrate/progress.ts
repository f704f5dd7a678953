import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import { maskText } from '../../secrets/mask-secrets.ts';

/** What a line begins with that tells how far a migration has come. */
export const PROGRESS = 'nonevent:progress ';
/** A mark is recorded and handed on as an environment variable. */
const LONGEST_MARK = 300;
/** A line that is longer than this is no progress; its end need not be waited for. */
const LONGEST_LINE = 4096;

/** Listens to one stream of output of a command and keeps the newest mark that it printed. */
export type ProgressReader = {
  readonly hear: (chunk: Buffer) => void;
  /** The newest mark; `undefined` before the first. */
  readonly mark: () => string | undefined;
};

/** Begins with the mark of an earlier attempt, so that an attempt that prints none loses nothing. */
export function readProgress(
  secrets: readonly string[],
  earlier: string | undefined,
  onMark: (mark: string) => void,
): ProgressReader {
  let mark = earlier;
  let rest = '';
  return {
    hear(chunk) {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      const newest = lines.findLast((line) => line.startsWith(PROGRESS));
      if (newest === undefined) return;
      const read = markIn(Buffer.from(newest, 'latin1').toString('utf8'), secrets);
      if (read === undefined || read === mark) return;
      mark = read;
      onMark(read);
    },
    mark: () => mark,
  };
}

/** The mark in a line that begins with `PROGRESS`, without secrets; `undefined` where it is empty or too long. Pure. */
export function markIn(line: string, secrets: readonly string[]): string | undefined {
  const said = line.slice(PROGRESS.length).trim();
  // A mark that was cut would resume at the wrong place.
  if (said.length > LONGEST_MARK) return undefined;
  const mark = plainLine(maskText(said, secrets), LONGEST_MARK);
  return mark === '' ? undefined : mark;
}

/** `1200 of 5000 (24 %)` where the mark begins with two numbers, and the mark itself otherwise. Pure. */
export function progressInWords(mark: string): string {
  const [, done, total, rest = ''] = /^(\d{1,15})\/(\d{1,15})(?:\s+(.*))?$/.exec(mark) ?? [];
  if (done === undefined || total === undefined || Number(total) === 0) return mark;
  const percent = Math.floor((100 * Number(done)) / Number(total));
  return `${done} of ${total} (${percent} %)${rest === '' ? '' : `, at ${rest}`}`;
}
