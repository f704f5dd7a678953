import type { z } from 'zod';
import { NoneventError } from '../nonevent-error.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output/output.ts';
import type { Surroundings } from './settings.ts';

/** What a command is given besides its own arguments and options. */
export type Cli = Surroundings & { readonly output: Output };

/** A command that can be run with what commander parsed. */
export type Command = {
  readonly run: (
    written: Readonly<Record<string, unknown>>,
    cli: Cli,
    /** How a value is named where it is typed. */
    asTyped?: (name: string) => string,
  ) => Promise<ExitCode>;
};

/**
 * A command whose arguments and options pass a schema before it runs.
 *
 * Errors: `InvalidInput` naming the first option that does not have its form.
 */
export function command<Input extends z.ZodType>(
  input: Input,
  run: (input: z.output<Input>, cli: Cli) => Promise<ExitCode>,
): Command {
  return {
    run: async (written, cli, asTyped = (name) => name) => {
      const parsed = await input.safeParseAsync(written);
      if (parsed.success) return run(parsed.data, cli);
      const issue = parsed.error.issues[0];
      const name = String(issue?.path[0] ?? '');
      const value = written[name];
      const seen =
        value === undefined
          ? `${asTyped(name)} is missing`
          : `invalid ${asTyped(name)} ${JSON.stringify(value)}`;
      throw new NoneventError('InvalidInput', `${seen}: ${issue?.message ?? 'not understood'}`, {
        fields: { name },
      });
    },
  };
}
