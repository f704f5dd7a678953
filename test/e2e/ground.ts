import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { isAliveAt, processesUnder } from './processes.ts';

/** A folder with a service's source, a data folder, and the files by which a test and its commands speak to each other. */
export type Ground = {
  readonly root: string;
  readonly source: string;
  readonly data: string;
  /** Makes a file that a command or service looks for. */
  readonly say: (name: string) => Promise<void>;
  readonly unsay: (name: string) => Promise<void>;
  /** Lines of a file, once there are as many as asked for. */
  readonly lines: (name: string, atLeast?: number) => Promise<readonly string[]>;
  /** The number of the process that runs the attempt of a check which waits. */
  readonly waiting: (stage: string, version: string, attempt: number) => Promise<number>;
  readonly processes: () => Promise<readonly string[]>;
  readonly clear: () => Promise<void>;
};

const SOURCE = fileURLToPath(new URL('source', import.meta.url));
/** For whatever is sure to come. */
export const PATIENCE = { timeout: 60_000, interval: 10 };

export async function openGround(): Promise<Ground> {
  const root = await mkdtemp(join(tmpdir(), 'nonevent-e2e-'));
  const at = (name: string) => join(root, name);
  await cp(SOURCE, at('source'), { recursive: true });
  await mkdir(at('data'));
  const textOf = (name: string) => readFile(at(name), 'utf8').catch(() => '');
  return {
    root,
    source: at('source'),
    data: at('data'),
    say: (name) => writeFile(at(name), ''),
    unsay: (name) => rm(at(name)),
    lines: (name, atLeast = 0) =>
      vi.waitFor(async () => {
        const lines = (await textOf(name)).split('\n').slice(0, -1);
        if (lines.length < atLeast) throw new Error(`${name} has ${lines.length} lines, not ${atLeast}`);
        return lines;
      }, PATIENCE),
    waiting: (stage, version, attempt) =>
      vi.waitFor(async () => {
        const number = await readFile(at(`waiting-${stage}-${version}-${attempt}`), 'utf8');
        return Number(number);
      }, PATIENCE),
    processes: () => processesUnder(root),
    async clear() {
      for (const line of await processesUnder(root)) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Returns once a process is no more. */
export function gone(pid: number): Promise<void> {
  return vi.waitFor(async () => {
    if (await isAliveAt(pid)) throw new Error(`process ${pid} still runs`);
  }, PATIENCE);
}

/**
 * Stands in for a log file, so that whoever writes it is held up: at opening it, or, where there is a reader that does
 * not read, at its 64th KB.
 */
export async function holdLog(path: string, at: 'opening' | 'writing'): Promise<() => Promise<void>> {
  await promisify(execFile)('mkfifo', [path]);
  const reader = at === 'writing' ? await open(path, constants.O_RDONLY | constants.O_NONBLOCK) : undefined;
  return async () => {
    await rm(path);
    await reader?.close();
  };
}
