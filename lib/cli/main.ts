import { readFileSync } from 'node:fs';
import type { Command, CommanderError } from 'commander';
import { NoneventError } from '../nonevent-error.ts';
import { asTyped, type Definition } from './definition.ts';
import { DEFINITIONS } from './definitions.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { createOutput, type Format, type Output } from './output/output.ts';
import { outputOptionsIn } from './output/output-options.ts';
import { problemLines, problemOf } from './output/problem.ts';
import { createProgram } from './program.ts';
import type { Surroundings } from './settings.ts';

/** Runs the command line of this process and sets its exit code. */
export async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const output = createOutput(outputOptionsIn(words));
  try {
    process.exitCode = await runCommandLine(words, output);
  } catch (thrown) {
    const problem = problemOf(thrown);
    output.note(problemLines(problem, output.format, output.noteStyle));
    process.exitCode = problem.exitCode;
  }
}

async function runCommandLine(words: readonly string[], output: Output): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const write = (text: string): void => output.answer([text.replace(/\n$/, '')]);
  const program: Command = createProgram(version(), write, async (definition, written) => {
    requireFormat(definition, output.format);
    const { file, data, stack, profile, region, local } = program.opts<Surroundings['flags']>();
    const { default: command } = await definition.load();
    const flags = { file, data, stack, profile, region, local };
    const cli = { folder: process.cwd(), environment: process.env, flags, output };
    exitCode = await command.run(written, cli, asTyped(definition));
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (thrown) {
    if (!isCommanderError(thrown)) throw thrown;
    if (thrown.exitCode !== 0 && thrown.code !== 'commander.help') throw usageProblem(thrown, words);
  }
  return exitCode;
}

function usageProblem(thrown: CommanderError, words: readonly string[]): NoneventError {
  const [message = '', suggestion] = thrown.message.replace(/^error: /, '').split('\n');
  const hint =
    exampleOf(thrown, words) ??
    suggestion?.replace(/^\((.*)\)$/, '$1').replace('Did you', 'did you') ??
    `see \`${helpFor(words)}\``;
  return new NoneventError('InvalidInput', message.replace(/\.$/, ''), { hint });
}

/** Where an option is missing, a command that has it. */
function exampleOf({ code }: CommanderError, words: readonly string[]): string | undefined {
  if (code !== 'commander.missingMandatoryOptionValue') return undefined;
  const meant = meantBy(words);
  return meant === undefined ? undefined : `add it, as in \`${meant.examples[0].command}\``;
}

/** The help of the command that was meant, as far as one can see. */
function helpFor(words: readonly string[]): string {
  const meant = meantBy(words);
  return meant === undefined ? 'nonevent help' : `nonevent help ${meant.name}`;
}

function meantBy(words: readonly string[]): Definition | undefined {
  const named = words.filter((word) => !word.startsWith('-'));
  return DEFINITIONS.find(({ name }) => ` ${named.join(' ')} `.includes(` ${name} `));
}

function requireFormat(definition: Definition, format: Format): void {
  if (definition.formats.includes(format)) return;
  const expected = definition.formats.join(' or ');
  throw new NoneventError(
    'InvalidInput',
    `nonevent ${definition.name} does not answer in ${format}: expected ${expected}`,
  );
}

function isCommanderError(thrown: unknown): thrown is CommanderError {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('commander.');
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
