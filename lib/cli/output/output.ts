import { EXIT } from '../exit-codes.ts';
import { COLOURED, type ColourChoice, hasColour, PLAIN, type Style } from './style.ts';

export const FORMATS = ['text', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** The version of every JSON document that the command line prints. */
export const SCHEMA_VERSION = 1;

/** Where a command says what it has to say. stdout carries the answer and nothing else. */
export type Output = {
  readonly format: Format;
  /** The style of the answer. */
  readonly answerStyle: Style;
  /** The style of notes. */
  readonly noteStyle: Style;
  /** Whether a person reads the answer at a terminal. */
  readonly isAnswerRead: boolean;
  /** Whether notes may be redrawn in place. */
  readonly isInteractive: boolean;
  /** Columns that a line may take: no limit where no terminal shows it. @default note */
  readonly columns: (of?: 'answer' | 'note') => number;
  readonly rows: () => number;
  /** Lines of the answer, to stdout. */
  answer(lines: readonly string[]): void;
  /** One JSON document of the answer, with its schemaVersion: indented for `json`, one line for `jsonl`. */
  document(content: object): void;
  /** Progress, warnings and what to do next, to stderr. */
  note(lines: readonly string[]): void;
  /** Text as it is, to stderr: for redrawing. */
  raw(text: string): void;
  /** Aborts when nobody reads the answer any more, which is no error. */
  readonly closed: AbortSignal;
};

/** The output of this process. */
export function createOutput(options: { readonly format: Format; readonly colour: ColourChoice }): Output {
  const { stdout, stderr, env } = process;
  const closed = new AbortController();
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isReaderGone(error)) return closed.abort();
    stderr.write(`✖ error cannot write the answer: ${error.message}\n`);
    process.exit(EXIT.environment);
  });
  // Where even stderr cannot be written there is nobody left to tell.
  stderr.on('error', () => undefined);
  const write = (text: string): void => {
    if (!closed.signal.aborted) stdout.write(text);
  };
  const styleFor = (stream: NodeJS.WriteStream): Style =>
    hasColour(options.colour, env, stream.isTTY === true) ? COLOURED : PLAIN;

  return {
    format: options.format,
    answerStyle: options.format === 'text' ? styleFor(stdout) : PLAIN,
    noteStyle: styleFor(stderr),
    isAnswerRead: stdout.isTTY === true,
    isInteractive: stderr.isTTY === true && env.TERM !== 'dumb' && options.format === 'text',
    columns: (of) => columnsOf(of === 'answer' ? stdout : stderr),
    // A terminal that does not know its size reports 0.
    rows: () => stderr.rows || 24,
    answer: (lines) => write(lines.map((line) => `${line}\n`).join('')),
    document: (content) => write(`${documentText(content, options.format)}\n`),
    note: (lines) => void stderr.write(lines.map((line) => `${line}\n`).join('')),
    raw: (text) => void stderr.write(text),
    closed: closed.signal,
  };
}

/** Where a stream is no terminal nothing has to fit; a terminal that does not know its width reports 0. */
export function columnsOf({
  isTTY,
  columns,
}: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number {
  return isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY;
}

/** A pipe that was closed, or a terminal that was. */
function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO';
}

function documentText(content: object, format: Format): string {
  return JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...content }, undefined, format === 'json' ? 2 : 0);
}
