import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../lib/targets/process/free-port.ts';
import { type Run, type Running, runCli, startCli } from '../cli/run-cli.ts';
import type { Ground } from './ground.ts';
import { environments } from './pipelines.ts';

/** A folder as a user has it: a service's source and its pipeline file, deployed to the system of a ground. */
export type App = {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  /** Writes the pipeline file anew, with these stages. */
  readonly write: (stages: string) => Promise<void>;
  /** Types a command in the folder. */
  readonly type: (...words: readonly string[]) => Promise<Run>;
  readonly start: (...words: readonly string[]) => Running;
};

export async function makeApp(
  ground: Ground,
  name: string,
  stages: string,
  change: (text: string) => string = (text) => text,
): Promise<App> {
  const folder = join(ground.root, name);
  await mkdir(folder);
  await cp(ground.source, folder, { recursive: true });
  const port = await freePort(new Set());
  const place = environments(ground.root, { name, port });
  const write = (written: string) =>
    writeFile(join(folder, 'nonevent.yaml'), change(`pipeline: ${name}\n${place}stages:${written}`));
  await write(stages);
  const surroundings = { cwd: folder, env: { NONEVENT_DATA: ground.data, NONEVENT_ACTOR: 'tester' } };
  return {
    name,
    port,
    url: `http://127.0.0.1:${port}/`,
    write,
    type: (...words) => runCli(words, surroundings),
    start: (...words) => startCli(words, surroundings),
  };
}
