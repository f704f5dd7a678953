import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import { countsIn, tellOfFailure } from './test-counts.ts';

/**
 * How a command ended, in words: `exit code 0; tests: pass 12, fail 0`, or with the last line that it wrote. Counts that tell of
 * no failure are not why a command failed.
 */
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
  const counts = countsIn(tail);
  if (counts !== undefined && counts !== lastLine && (exitCode === 0 || tellOfFailure(counts)))
    return `${ending}; tests: ${plainLine(counts.replace(/^tests:? /i, ''), 300)}`;
  return lastLine === '' ? `${ending}; no output` : `${ending}; last line: ${lastLine}`;
}
