import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { NoneventError } from '../nonevent-error.ts';

/** Where a command was started, and what it was told there. */
export type Surroundings = {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: {
    readonly file?: string | undefined;
    readonly data?: string | undefined;
    readonly stack?: string | undefined;
    readonly profile?: string | undefined;
    readonly region?: string | undefined;
    readonly local?: boolean | undefined;
  };
};

/** A value and where it came from, in words that `nonevent doctor` prints. */
export type Setting<Value> = { readonly value: Value; readonly from: string };

export type Settings = {
  /** The pipeline file; `undefined` where there is none. */
  readonly file: Setting<string | undefined>;
  /** The folder of the local system. */
  readonly data: Setting<string>;
  /** Who asks for deployments. */
  readonly actor: Setting<string>;
};

export const FILE_NAME = 'nonevent.yaml';
export const DATA_FOLDER_NAME = '.nonevent';
/** Where the data folder comes from when nothing else says it. */
export const DATA_IN_THIS_FOLDER = 'default, in this folder';

/** Finds every value: flag, then NONEVENT_* variable, then the nearest nonevent.yaml upward, then a default. */
export function findSettings(surroundings: Surroundings): Settings {
  const file = findFile(surroundings);
  return { file, data: findData(surroundings, file.value), actor: findActor(surroundings) };
}

/**
 * The pipeline file that a command works on.
 *
 * Errors: `NotFound` where there is none.
 */
export function requireFile(surroundings: Surroundings): string {
  const { value } = findFile(surroundings);
  if (value !== undefined) return value;
  throw new NoneventError('NotFound', `no ${FILE_NAME} in ${surroundings.folder} or in any folder above it`, {
    hint: 'write one with `nonevent init`, or name it with --file',
  });
}

function findFile({ folder, environment, flags }: Surroundings): Setting<string | undefined> {
  if (flags.file !== undefined) return { value: resolve(folder, flags.file), from: 'flag --file' };
  const named = environment.NONEVENT_FILE;
  if (named) return { value: resolve(folder, named), from: 'variable NONEVENT_FILE' };
  const found = nearestFile(folder);
  if (found === undefined) return { value: undefined, from: `no ${FILE_NAME} here or above` };
  return { value: found, from: dirname(found) === resolve(folder) ? 'found here' : 'found upward' };
}

/** The pipeline file in a folder, or in the nearest folder above it that has one. */
export function nearestFile(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const candidate = join(current, FILE_NAME);
    if (existsSync(candidate)) return candidate;
    if (dirname(current) === current) return undefined;
  }
}

function findData({ folder, environment, flags }: Surroundings, file: string | undefined): Setting<string> {
  if (flags.data !== undefined) return { value: resolve(folder, flags.data), from: 'flag --data' };
  const named = environment.NONEVENT_DATA;
  if (named) return { value: resolve(folder, named), from: 'variable NONEVENT_DATA' };
  if (file !== undefined)
    return { value: join(dirname(file), DATA_FOLDER_NAME), from: `default, beside ${FILE_NAME}` };
  return { value: join(resolve(folder), DATA_FOLDER_NAME), from: DATA_IN_THIS_FOLDER };
}

function findActor({ environment }: Surroundings): Setting<string> {
  const named = environment.NONEVENT_ACTOR;
  if (named) return { value: named.slice(0, 200), from: 'variable NONEVENT_ACTOR' };
  try {
    return { value: userInfo().username.slice(0, 200), from: 'the user of this machine' };
  } catch {
    // A container may run as a user id that has no name.
    return { value: 'unknown', from: 'default, the user of this machine has no name' };
  }
}
