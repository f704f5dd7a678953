import type { Command } from './command.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Format } from './output/output.ts';

/** What is said about a command before it is loaded: help, documentation, and its arguments and options. */
export type Definition = {
  /** One word, or two for a command in a group: `audit verify`. */
  readonly name: string;
  readonly group: 'Start' | 'Deploy' | 'Look' | 'Check';
  /** One line, a lower-case verb first, at most 60 characters. */
  readonly summary: string;
  readonly arguments: readonly Described[];
  readonly options: readonly Described[];
  readonly formats: readonly Format[];
  readonly examples: readonly [Example, Example];
  readonly load: () => Promise<{ readonly default: Command }>;
};

/** An argument such as `[file]` or an option such as `-d, --detach`, and what it is for. */
export type Described = {
  readonly flags: string;
  readonly says: string;
  /** An option without which the command cannot be run. */
  readonly required?: boolean;
};

/**
 * An example in the help. A test runs each one where its needs are met and holds it against its exit code; one that
 * needs minutes or an AWS account is run by a test of its own.
 */
export type Example = {
  readonly command: string;
  readonly says: string;
  readonly needs: 'nothing' | 'pipeline' | 'system' | 'deployment' | 'minutes' | 'account';
  readonly exit: ExitCode;
};

/** What follows the name of a command in its synopsis. Pure. */
export function synopsis({ arguments: words, options }: Definition): string {
  const required = options.filter((option) => option.required).map(({ flags }) => shortest(flags));
  const optional = options.length > required.length ? ['[options]'] : [];
  return [...words.map(({ flags }) => flags), ...required, ...optional].join(' ');
}

/** How the values of a command are named where they are typed: `--to` for an option, the plain name for an argument. Pure. */
export function asTyped({ options }: Definition): (name: string) => string {
  const long = options.flatMap(({ flags }) => /--[\w-]+/.exec(flags)?.[0] ?? []);
  return (name) => long.find((option) => attributeOf(option) === name) ?? name;
}

/** Of `-O, --to <file>` the `-O <file>`. */
function shortest(flags: string): string {
  return flags.replace(/, --[\w-]+/, '');
}

/** As commander names the value of an option: `--keep-revisions` is `keepRevisions`, `--no-resume` is `resume`. */
function attributeOf(option: string): string {
  return option.replace(/^--(no-)?/, '').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
