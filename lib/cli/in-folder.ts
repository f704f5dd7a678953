import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { NoneventError } from '../nonevent-error.ts';
import { FILE_NAME, nearestFile, type Surroundings } from './settings.ts';

/**
 * As if the command had been typed in that folder. Who names a folder means the pipeline file in it, so none is looked for above.
 *
 * Errors: `InvalidInput` where there is no such folder or a file is named as well; `NotFound` where it has no pipeline file.
 */
export async function inFolder<Given extends Surroundings>(cli: Given, written: string): Promise<Given> {
  if (cli.flags.file !== undefined) {
    throw new NoneventError('InvalidInput', 'both a folder and --file were given', {
      hint: `name one of them; a folder is where its ${FILE_NAME} is`,
    });
  }
  const folder = resolve(cli.folder, written);
  await requireFolder(folder);
  if (nearestFile(folder) !== join(folder, FILE_NAME)) throw noFileIn(folder);
  return { ...cli, folder, environment: { ...cli.environment, NONEVENT_FILE: undefined } };
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new NoneventError('InvalidInput', `no such folder: ${folder}`, {
    fields: { folder },
    hint:
      found === undefined
        ? `name the folder of a ${FILE_NAME}`
        : `it is a file; name it with --file ${folder}`,
  });
}

function noFileIn(folder: string): NoneventError {
  const above = nearestFile(folder);
  return new NoneventError('NotFound', `no ${FILE_NAME} in ${folder}`, {
    fields: { folder },
    hint:
      above === undefined
        ? 'write one there with `nonevent init`'
        : `the nearest one is above it: \`nonevent deploy ${dirname(above)}\``,
  });
}
