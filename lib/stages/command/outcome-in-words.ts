import { plainLine } from '../plain-text.ts';

/** How a command ended, in words: `exit code 3; last line: 2 tests failed`. */
export function outcomeInWords({
  exitCode,
  signal,
  tail,
}: {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly tail: string;
}): string {
  const ending = exitCode === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${exitCode}`;
  const lastLine = plainLine(tail.trimEnd().split('\n').at(-1) ?? '', 300);
  return lastLine === '' ? `${ending}; no output` : `${ending}; last line: ${lastLine}`;
}
