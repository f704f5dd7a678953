/** A place in a text: line and column from 1, columns in UTF-16 code units as editors count them. */
export type Position = { readonly line: number; readonly column: number };

/** From the first offset up to but not including the second. */
export type Range = readonly [start: number, end: number];

/** A text that knows its lines. */
export type Source = {
  readonly text: string;
  readonly file: string;
  positionOf(offset: number): Position;
  /** The text of a line without its line break; empty past the end. */
  line(number: number): string;
};

/** Splits a text into lines once; a byte order mark in front is not part of it. */
export function sourceOf(written: string, file: string): Source {
  const text = written.startsWith('\uFEFF') ? written.slice(1) : written;
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);

  return {
    text,
    file,
    positionOf(offset) {
      const bounded = Math.max(0, Math.min(offset, text.length));
      const index = lastAtOrBefore(starts, bounded);
      return { line: index + 1, column: bounded - (starts[index] ?? 0) + 1 };
    },
    line(number) {
      const start = starts[number - 1];
      if (start === undefined) return '';
      return text.slice(start, (starts[number] ?? text.length + 1) - 1).replace(/\r$/, '');
    },
  };
}

function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
