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
export type Described = { readonly flags: string; readonly says: string };

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
