import { Command, type Help, Option } from 'commander';
import { type Definition, type Described, synopsis } from './definition.ts';
import { DEFINITIONS, GLOBAL_OPTIONS } from './definitions.ts';
import { EXIT_CODE_PAGES } from './exit-codes.ts';
import { FORMATS } from './output/output.ts';

/** Help stays readable in a narrow terminal and in a page of documentation. */
const HELP_COLUMNS = 79;

const ROOT_EXAMPLES = [
  { command: 'nonevent init', says: 'write a nonevent.yaml for the service in this folder' },
  { command: 'nonevent deploy', says: 'deploy it, watch it, and get it back if it is bad' },
];

/** What is called when a command was recognised, with its arguments and options by name. */
export type OnCommand = (definition: Definition, written: Readonly<Record<string, unknown>>) => Promise<void>;

/** The command line as commander parses it. It writes help itself and throws a CommanderError for wrong usage. */
export function createProgram(version: string, write: (text: string) => void, onCommand: OnCommand): Command {
  const program = new Command('nonevent')
    .description('Event-sourced deployments: a deployment becomes a non-event.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: write,
      // Errors are thrown and told elsewhere: what comes here is the help of a command that needs another word.
      writeErr: write,
      outputError: () => undefined,
      getOutHelpWidth: () => HELP_COLUMNS,
      getErrHelpWidth: () => HELP_COLUMNS,
    })
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions })
    .addHelpText('before', examplesText(ROOT_EXAMPLES))
    .addHelpText('after', '\nMore: nonevent help <command>, nonevent help exit-codes');
  for (const option of GLOBAL_OPTIONS) program.addOption(createOption(option));
  for (const definition of DEFINITIONS) addCommand(program, definition, onCommand);
  addHelp(program, write);
  addVersion(program, version, write);
  return program;
}

/** `--version` of the program is of no use after a command. */
function visibleGlobalOptions(this: Help, command: Command): Option[] {
  return (
    command.parent === null ? [] : rootOf(command).options.filter((option) => option.long !== '--version')
  ) as Option[];
}

function createOption({ flags, says, required = false }: Described): Option {
  const option = new Option(flags, says).makeOptionMandatory(required);
  if (option.long === '--output') return option.choices([...FORMATS]);
  if (option.long === '--color') return option.choices(['auto', 'always', 'never']);
  return option;
}

function addCommand(program: Command, definition: Definition, onCommand: OnCommand): void {
  const words = definition.name.split(' ');
  const parent = words.length === 1 ? program : groupNamed(program, words[0] ?? '', definition.group);
  const command = parent
    .command(words.at(-1) ?? '')
    .helpGroup(`${definition.group}:`)
    .description(definition.summary)
    .usage(synopsis(definition))
    .helpOption('-h, --help', 'print help')
    .addHelpText('before', examplesText(definition.examples));
  for (const { flags, says } of definition.arguments) command.argument(flags, says);
  for (const option of definition.options) command.addOption(createOption(option));
  command.action(() => {
    const named = command.registeredArguments.map((argument, index) => [
      argument.name(),
      command.processedArgs[index],
    ]);
    return onCommand(definition, { ...command.opts(), ...Object.fromEntries(named) });
  });
}

function groupNamed(program: Command, name: string, group: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  if (known !== undefined) return known;
  return program.command(name).helpGroup(`${group}:`).description(`${name} the history`).helpCommand(false);
}

function addHelp(program: Command, write: (text: string) => void): void {
  program
    .command('help [topic...]')
    .helpGroup('Help:')
    .description('print help for a command, or `exit-codes`')
    .action((topic: readonly string[]) => {
      if (topic[0] === 'exit-codes') return write(exitCodesText());
      let command = program;
      for (const word of topic) {
        const next = command.commands.find((candidate) => candidate.name() === word);
        // Commander's own error for an unknown command carries the suggestion.
        if (next === undefined) return void command.parse([word], { from: 'user' });
        command = next;
      }
      return command.outputHelp();
    });
}

function addVersion(program: Command, version: string, write: (text: string) => void): void {
  program
    .command('version')
    .helpGroup('Help:')
    .description('print the version')
    .action(() => write(version));
}

function exitCodesText(): string {
  return EXIT_CODE_PAGES.map(
    ({ code, meaning, next }) => `${String(code).padStart(4)}  ${meaning}\n      next: ${next}\n`,
  ).join('');
}

function examplesText(examples: readonly { readonly command: string; readonly says: string }[]): string {
  return `Examples:\n${examples.map(({ command, says }) => `  $ ${command}\n      ${says}\n`).join('')}`;
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
