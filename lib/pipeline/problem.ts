import type { Code } from './code.ts';
import type { Finding } from './finding.ts';
import type { Range, Source } from './source.ts';
import { visible } from './visible.ts';

export type Severity = 'error' | 'warning';

/** Keys and indexes that lead from the top of the file to a value. */
export type Path = readonly (string | number)[];

/** Something wrong in a text, before it has a line and a column. */
export type Problem = {
  readonly code: Code;
  readonly severity: Severity;
  readonly range: Range;
  readonly message: string;
  readonly hint?: string | undefined;
};

/** A line longer than this is not repeated in a finding. */
export const LONGEST_EXCERPT = 4000;

/** The problem as people and editors read it. */
export function findingOf(problem: Problem, source: Source): Finding {
  const { line, column } = source.positionOf(problem.range[0]);
  const end = source.positionOf(problem.range[1]);
  const written = source.line(line);
  const endColumn = end.line === line ? end.column : written.length + 1;
  return {
    code: problem.code,
    severity: problem.severity,
    message: problem.message,
    file: source.file,
    line,
    column,
    ...(endColumn > column ? { endColumn } : {}),
    excerpt: written.length > LONGEST_EXCERPT ? '' : visible(written),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  };
}
