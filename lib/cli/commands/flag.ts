import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { flagChanges, flagInWords, flagOf } from '../../environments/flags.ts';
import type { EventStore } from '../../history/event-store.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { flagName } from '../../pipeline/flag-value.ts';
import { name } from '../../pipeline/names.ts';
import type { FlagRequest } from '../../stages/drive/request-flag.ts';
import { type Cli, command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { oneLine } from '../output/untrusted.ts';
import { awaitFlag, requireUnheld } from '../reading/await-flag.ts';
import { type EnvironmentFlags, flagChangeLines, flagLines, flagsDocument } from '../reading/flag-lines.ts';
import { knownEnvironments, requireEnvironment } from '../reading/known-environments.ts';
import { writtenFlagValue } from '../reading/written-flag-value.ts';
import { findSettings } from '../settings.ts';
import { openSystem, type System } from '../system.ts';

const input = z.object({
  environment: name.optional(),
  name: flagName.optional(),
  value: z.string().max(2000).optional(),
  remove: z.boolean().default(false),
  text: z.boolean().default(false),
  reason: z.string().min(1).max(4000).default('none given'),
});
type Input = z.output<typeof input>;

/** The flags of an environment: all of them, one of them, or a new value for one. */
export default command(input, async (asked, cli) => {
  const { environment, name: flag, value, remove } = asked;
  requireSense(asked);
  const system = await openSystem(cli);
  try {
    if (environment !== undefined) await requireEnvironment(environment, system.store, cli);
    if (environment === undefined || flag === undefined) return await list(environment, system.store, cli);
    if (value === undefined && !remove) return await show(environment, flag, system.store, cli);
    return await set({ ...asked, environment, name: flag }, system, cli);
  } finally {
    system.close();
  }
});

function requireSense({ name: flag, value, remove, text }: Input): void {
  const problem =
    remove && value !== undefined
      ? 'a flag that is removed gets no value'
      : remove && flag === undefined
        ? 'no flag is named: expected one with --remove'
        : text && value === undefined
          ? 'no value is given: expected one with --text'
          : undefined;
  if (problem === undefined) return;
  throw new NoneventError('InvalidInput', problem, { hint: 'see `nonevent flag --help`' });
}

async function list(environment: string | undefined, store: EventStore, cli: Cli): Promise<ExitCode> {
  const names = environment === undefined ? await knownEnvironments(store, cli) : [environment];
  const all = await Promise.all(names.map((each) => flagsOf(each, store)));
  if (cli.output.format === 'text') cli.output.answer(flagLines(all, cli.output.answerStyle));
  else cli.output.document(flagsDocument(all));
  return EXIT.done;
}

async function show(
  environment: string,
  flag: string,
  store: EventStore,
  { output }: Cli,
): Promise<ExitCode> {
  const { flags, changes } = await flagsOf(environment, store);
  const value = flagOf({ flags }, flag);
  const own = changes.filter((change) => change.flag === flag);
  if (output.format !== 'text')
    output.document({
      environment,
      flag,
      value: value ?? null,
      changes: own.map(({ flag: _, ...rest }) => rest),
    });
  else {
    output.answer([oneLine(flagInWords(value))]);
    if (own.length > 0) output.note(flagChangeLines(own, output.noteStyle));
  }
  return EXIT.done;
}

async function set(
  asked: Input & { readonly environment: string; readonly name: string },
  system: System,
  cli: Cli,
): Promise<ExitCode> {
  const { environment, name: flag, reason } = asked;
  const value = asked.value === undefined ? null : writtenFlagValue(asked.value, asked.text);
  const { flags, changes } = await flagsOf(environment, system.store);
  const before = flagOf({ flags }, flag) ?? null;
  if (before !== value) {
    await requireUnheld(system.store, environment, flag);
    const actor = findSettings(cli).actor.value;
    const seen = changes.findLast((change) => change.flag === flag)?.seq ?? 0;
    const asked = { request: randomUUID(), askedAt: new Date().toISOString(), seen };
    const request: FlagRequest = { environment, flag, value, actor, reason, ...asked };
    await system.publish('Flag Requested', request);
    await awaitFlag(system, request);
  }
  const { output } = cli;
  if (output.format !== 'text') output.document({ environment, flag, value, before });
  else {
    output.answer([oneLine(flagInWords(value))]);
    output.note([
      before === value
        ? `${flag} was that already in ${environment}; nothing has changed`
        : `${flag} was ${oneLine(flagInWords(before))} in ${environment} before`,
    ]);
  }
  return EXIT.done;
}

async function flagsOf(environment: string, store: EventStore): Promise<EnvironmentFlags> {
  const { commits } = await store.load(environmentStream(environment));
  return { environment, flags: foldEnvironment(commits).flags, changes: flagChanges(commits) };
}
