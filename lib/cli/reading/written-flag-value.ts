import { NoneventError } from '../../nonevent-error.ts';
import { type FlagValue, flagValue } from '../../pipeline/flag-value.ts';
import { secretFormIn } from '../../pipeline/literal-secret.ts';

/**
 * The value that somebody means by a word: `true` and `false`, a number, or else text. `text` takes every word as text.
 *
 * Errors: `InvalidInput` for what no flag can be, and for what looks like a secret.
 */
export function writtenFlagValue(written: string, text: boolean): FlagValue {
  const value = text ? written : meant(written);
  const secret = typeof value === 'string' ? secretFormIn(value) : undefined;
  if (secret !== undefined) {
    throw new NoneventError('InvalidInput', `a flag cannot have this value: it looks like ${secret}`, {
      hint: 'every value of a flag is kept in the history; give secrets to a service under secrets',
    });
  }
  const parsed = flagValue.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new NoneventError(
    'InvalidInput',
    `a flag cannot have this value: ${parsed.error.issues[0]?.message}`,
    {
      hint: 'a flag is true or false, a number, or text of at most 1000 characters',
    },
  );
}

const WRITTEN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function meant(written: string): FlagValue {
  if (written === 'true' || written === 'false') return written === 'true';
  return WRITTEN_NUMBER.test(written) ? Number(written) : written;
}
