import type { z } from 'zod';
import { NoneventError } from '../../nonevent-error.ts';
import { findSettings, type Setting, type Surroundings } from '../settings.ts';
import { profileName, regionName, stackName } from './names.ts';
import { connectionFile, readStackConnection, type StackConnection } from './stack-connection.ts';

/** The stack that `cdk deploy` makes where nobody names another one. */
export const DEFAULT_STACK = 'Nonevent';

/** The system that a command works with, and where each value came from. */
export type ChosenSystem =
  | { readonly system: Setting<'local'> }
  | {
      readonly system: Setting<'stack'>;
      readonly stack: Setting<string>;
      /** `undefined` where the AWS configuration says it. */
      readonly region: Setting<string | undefined>;
      /** `undefined` where the default chain of the SDK is asked. */
      readonly profile: Setting<string | undefined>;
      /** What is known of this very stack already; `undefined` where it has to be asked. */
      readonly known: StackConnection | undefined;
    };
export type ChosenStack = Extract<ChosenSystem, { readonly stack: unknown }>;

/**
 * Chooses between the local system and a stack: flag, then NONEVENT_* variable, then `connection.json` in the data folder, then the
 * local system. `--data` means the local system of that folder.
 *
 * Errors: `InvalidInput` for flags that contradict each other, for a name that cannot be one, and for a damaged file.
 */
export function chooseSystem(surroundings: Surroundings): ChosenSystem {
  const { flags } = surroundings;
  const named = (['stack', 'profile', 'region'] as const).find((flag) => flags[flag] !== undefined);
  const local = flags.local === true ? 'local' : flags.data === undefined ? undefined : 'data';
  if (local !== undefined) {
    if (named !== undefined) throw contradiction(local, named);
    return { system: { value: 'local', from: `flag --${local}` } };
  }
  const data = findSettings(surroundings).data.value;
  const connection = readStackConnection(data);
  const from = connectionFile(data);
  const stack = settingOf(surroundings, 'stack', stackName, connection?.stack, from);
  if (stack === undefined && named === undefined) return { system: { value: 'local', from: 'default' } };
  return chosenStack(surroundings, stack ?? { value: DEFAULT_STACK, from: 'default' }, connection, from);
}

/**
 * The stack that `nonevent connect` means: by flags and variables alone, so that nothing of an earlier connection is kept.
 *
 * Errors: `InvalidInput` for a name that cannot be one.
 */
export function chooseStackToConnect(surroundings: Surroundings): ChosenStack {
  const stack = settingOf(surroundings, 'stack', stackName, undefined, '');
  return chosenStack(surroundings, stack ?? { value: DEFAULT_STACK, from: 'default' }, undefined, '');
}

function chosenStack(
  surroundings: Surroundings,
  stack: Setting<string>,
  connection: StackConnection | undefined,
  file: string,
): ChosenStack {
  const region: Setting<string | undefined> = settingOf(
    surroundings,
    'region',
    regionName,
    connection?.region,
    file,
  ) ?? { value: undefined, from: 'the configuration of AWS' };
  const profile: Setting<string | undefined> = settingOf(
    surroundings,
    'profile',
    profileName,
    connection?.profile,
    file,
  ) ?? { value: undefined, from: 'the default chain of AWS' };
  const isThis =
    connection?.stack === stack.value &&
    connection.region === region.value &&
    connection.profile === profile.value;
  const known = isThis ? connection : undefined;
  return { system: { value: 'stack', from: stack.from }, stack, region, profile, known };
}

const VARIABLES = {
  stack: 'NONEVENT_STACK',
  profile: 'NONEVENT_PROFILE',
  region: 'NONEVENT_REGION',
} as const;

function settingOf(
  { flags, environment }: Surroundings,
  name: keyof typeof VARIABLES,
  form: z.ZodType<string>,
  inFile: string | undefined,
  file: string,
): Setting<string> | undefined {
  const variable = VARIABLES[name];
  const flag = flags[name];
  if (flag !== undefined) return { value: formed(form, flag, `--${name}`), from: `flag --${name}` };
  const set = environment[variable];
  if (set) return { value: formed(form, set, variable), from: `variable ${variable}` };
  return inFile === undefined ? undefined : { value: inFile, from: file };
}

function formed(form: z.ZodType<string>, value: string, named: string): string {
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  const expected = parsed.error.issues[0]?.message ?? 'not understood';
  throw new NoneventError('InvalidInput', `invalid ${named} ${JSON.stringify(value)}: ${expected}`, {
    fields: { name: named },
  });
}

function contradiction(local: string, named: string): NoneventError {
  return new NoneventError(
    'InvalidInput',
    `--${local} means the local system and --${named} a stack in AWS: expected one of them`,
    { hint: `leave out --${local} or --${named}` },
  );
}
