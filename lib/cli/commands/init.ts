import { existsSync, lstatSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pipelineText } from '../init/pipeline-text.ts';
import { lookAtService, type Service } from '../init/service.ts';
import type { Style } from '../output/style.ts';
import { DATA_FOLDER_NAME, FILE_NAME } from '../settings.ts';

const input = z.object({
  force: z.boolean().default(false),
  port: z.coerce.number('expected a port from 1 to 65535').int().min(1).max(65_535).default(8080),
});

/** Writes a pipeline file for the Node service in this folder. */
export default command(input, async ({ force, port }, { folder, output }) => {
  const path = join(folder, FILE_NAME);
  const service = await lookAtService(folder, (file) => existsSync(join(folder, file)));
  await write(path, pipelineText(service, port), force);
  const isIgnored = await ignoreDataFolder(join(folder, '.gitignore'));
  if (output.format !== 'text')
    output.document({ file: path, pipeline: service.name, port, start: service.start });
  else output.answer(nextLines(service, port, isIgnored, output.answerStyle));
  return EXIT.done;
});

async function write(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw isThere
      ? new NoneventError('InvalidInput', `${path} is there already, nothing was written`, {
          cause,
          hint: 'check it with `nonevent validate`, or overwrite it with `nonevent init --force`',
        })
      : new NoneventError('Unreachable', `cannot write ${path}: ${messageOf(cause)}`, {
          cause,
          hint: 'make the folder writable, then run `nonevent init` again',
        });
  }
}

/** Adds the data folder to a .gitignore that is there. Gives whether it did. */
async function ignoreDataFolder(path: string): Promise<boolean> {
  // What a link points to is somebody else's file.
  if (!existsSync(path) || !lstatSync(path).isFile()) return false;
  const text = await readFile(path, 'utf8');
  if (text.split(/\r?\n/).some((line) => /^\/?\.nonevent\/?$/.test(line.trim()))) return false;
  await appendFile(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}${DATA_FOLDER_NAME}/\n`);
  return true;
}

function nextLines(service: Service, port: number, isIgnored: boolean, style: Style): readonly string[] {
  return [
    `${style.good('✔ wrote')}  ${FILE_NAME} for ${style.bold(service.name)}, started with ${style.bold(service.start)}, reached on port ${port}`,
    ...(isIgnored ? [`${style.good('✔ added')}  ${DATA_FOLDER_NAME}/ to .gitignore`] : []),
    ...(service.isStartKnown
      ? []
      : [`${style.warning('! check')}  how it starts is a guess: correct \`start\` in ${FILE_NAME}`]),
    '',
    'Next, the service has to listen on 127.0.0.1 at the port in $PORT. Then type:',
    `  nonevent validate   ${style.dim('what happens at a deployment')}`,
    `  nonevent dev        ${style.dim('the local system, in a terminal of its own')}`,
    `  nonevent deploy     ${style.dim('typed again after each change')}`,
    `  curl http://127.0.0.1:${port}/`,
  ];
}
