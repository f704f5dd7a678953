import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { EXIT, EXIT_CODE_OF_ERROR, type ExitCode } from '../exit-codes.ts';
import type { Format } from './output.ts';
import type { Style } from './style.ts';
import { manyLines, oneLine } from './untrusted.ts';

/** What went wrong, ready to be shown to a person or a machine. */
export type Problem = {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  /** For a bug of ours: where it happened. */
  readonly stack?: string;
};

/** The problem behind anything that a command threw. What is not a NoneventError is a bug of ours. */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof NoneventError)) {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return {
      exitCode: EXIT.bug,
      code: 'Bug',
      message: `a bug of Nonevent: ${messageOf(thrown)}`,
      hint: 'report it with these lines and the output of `nonevent doctor`',
      ...(stack === undefined ? {} : { stack }),
    };
  }
  const { file, line, column } = thrown.fields;
  return {
    exitCode: EXIT_CODE_OF_ERROR[thrown.code],
    code: thrown.code,
    message: thrown.message,
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof column === 'number' ? { column } : {}),
    ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
  };
}

/** The lines that tell a problem: a sentence and what to do next, or one JSON document. */
export function problemLines(problem: Problem, format: Format, style: Style): readonly string[] {
  if (format !== 'text') {
    const { exitCode: _, stack: __, ...error } = problem;
    return [JSON.stringify({ error })];
  }
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  return [
    `${style.bad('✖ error')} ${place === '' ? '' : `${oneLine(place)} `}${oneLine(problem.message)}`,
    ...(problem.hint === undefined ? [] : [`  ${style.dim('next')}  ${oneLine(problem.hint)}`]),
    ...(problem.stack === undefined
      ? []
      : manyLines(problem.stack)
          .slice(1)
          .map((line) => style.dim(line))),
  ];
}
