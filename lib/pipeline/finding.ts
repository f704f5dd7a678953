import type { Code } from './code.ts';
import type { Severity } from './problem.ts';
import { visible } from './visible.ts';

/** Something wrong in a pipeline file. `nonevent explain CODE` says more about it. */
export type Finding = {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The column after the last one concerned, where it is on the same line. */
  readonly endColumn?: number;
  /** The line, safe to show; empty where it is too long to repeat. */
  readonly excerpt: string;
  readonly hint?: string;
};

const WIDTH = 100;

/**
 * A finding for a terminal: place, severity, code and message, then the line with a caret, then the hint.
 * Contains no control character but the line feed, and no bidi mark, whatever the file holds.
 */
export function formatFinding(finding: Finding): string {
  const place = `${finding.file}:${finding.line}:${finding.column}`;
  return [
    visible(`${place} ${finding.severity} ${finding.code} ${finding.message}`),
    ...(finding.excerpt.trim() === '' ? [] : pointed(finding)),
    ...(finding.hint === undefined ? [] : [visible(`  ${finding.hint}`)]),
  ].join('\n');
}

/** The line and the caret under it, both cut to a window around the caret. */
function pointed({ excerpt, column, endColumn }: Finding): readonly string[] {
  const caret = column - 1;
  const from = Math.max(0, Math.min(caret - Math.floor(WIDTH / 2), excerpt.length - WIDTH));
  const to = Math.min(excerpt.length, from + WIDTH);
  const before = from > 0 ? '…' : '';
  const after = to < excerpt.length ? '…' : '';
  const length = Math.max(1, Math.min(endColumn ?? column + 1, to + 1) - column);
  return [
    `  ${before}${visible(excerpt.slice(from, to))}${after}`,
    `  ${' '.repeat(before.length + caret - from)}${'^'.repeat(length)}`,
  ];
}
