import { parseArgs } from 'node:util';
import { FORMATS, type Format } from './output.ts';
import type { ColourChoice } from './style.ts';

const OPTIONS = {
  output: { type: 'string', short: 'o' },
  json: { type: 'boolean' },
  color: { type: 'string' },
} as const;

/**
 * How the words of a command line ask for the answer. Read ahead of commander, so that wrong usage is told in the form
 * that was asked for as well; commander refuses values that do not exist.
 */
export function outputOptionsIn(words: readonly string[]): {
  readonly format: Format;
  readonly colour: ColourChoice;
} {
  const { output, json, color } = parseArgs({ args: [...words], options: OPTIONS, strict: false }).values;
  const format = json === true ? 'json' : (FORMATS.find((known) => known === output) ?? 'text');
  return { format, colour: color === 'always' || color === 'never' ? color : 'auto' };
}
