import { plainText } from '../../lifecycle/wording/plain-text.ts';

/**
 * The counts that a test runner printed at its end: `pass 12, fail 0`. Knows node --test, vitest, jest, mocha, pytest, go test and
 * whatever else writes `12 passed`; `undefined` where there are none.
 */
export function countsIn(output: string): string | undefined {
  const lines = plainText(output)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return READERS.map((read) => read(lines)).find((found) => found !== undefined);
}

/** Whether counts tell of a failure: `fail 1`, `2 failed`, `1 failing`, `FAIL package`. */
export function tellOfFailure(counts: string): boolean {
  return /\bfail [1-9]|\b[1-9]\d* (?:failed|failing|errors?)\b|\bFAIL\b/.test(counts);
}

/** From the most particular to the most general. */
const READERS: readonly ((lines: readonly string[]) => string | undefined)[] = [
  nodeTest,
  tests,
  mocha,
  go,
  counted,
];

/** `ℹ tests 13`, `ℹ pass 12`, `ℹ fail 1`, or `# pass 12` as TAP. */
function nodeTest(lines: readonly string[]): string | undefined {
  const found = ['pass', 'fail'].map((word) => lastMatch(lines, new RegExp(`^[ℹ#] (${word} \\d+)$`)));
  return found.every((part) => part !== undefined) ? found.join(', ') : undefined;
}

/** vitest: `Tests  1 failed | 12 passed (13)`; jest: `Tests:       1 failed, 12 passed, 13 total`. */
function tests(lines: readonly string[]): string | undefined {
  return lastMatch(lines, /^(Tests:?\s+.*\b\d+ (?:passed|failed|skipped|todo)\b.*)$/)?.replace(/\s+/g, ' ');
}

/** `12 passing (20ms)`, `1 failing`, each on a line of its own. */
function mocha(lines: readonly string[]): string | undefined {
  const passing = lastMatch(lines, /^(\d+ passing\b.*)$/);
  if (passing === undefined) return undefined;
  const failing = lastMatch(lines, /^(\d+ failing)$/);
  return failing === undefined ? passing : `${passing}, ${failing}`;
}

/** `FAIL    example.com/shop 0.003s`, else `ok      example.com/shop 0.003s`. */
function go(lines: readonly string[]): string | undefined {
  const found =
    lastMatch(lines, /^(FAIL\s+\S+\s+(?:[\d.]+s|\[.+\]))$/) ??
    lastMatch(lines, /^(ok\s+\S+\s+(?:[\d.]+s|\(cached\)).*)$/);
  return found?.replace(/\s+/g, ' ');
}

/** pytest: `=== 1 failed, 12 passed in 0.12s ===`, and others. */
function counted(lines: readonly string[]): string | undefined {
  return lastMatch(lines, /^(?:=+ )?(.*\b\d+ (?:passed|failed)\b.*?)(?: =+)?$/);
}

function lastMatch(lines: readonly string[], pattern: RegExp): string | undefined {
  for (const line of lines.toReversed()) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
