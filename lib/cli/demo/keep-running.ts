import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConnection } from '../../local/connection.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

const NONEVENT = fileURLToPath(new URL('../../../bin/nonevent', import.meta.url));
const START_MILLISECONDS = 15_000;
const TAIL_CHARACTERS = 300;

/**
 * Starts `nonevent dev` on a data folder as a process of its own, which outlives this one and adopts the services that
 * run. Returns its process id once it answers.
 *
 * Errors: `Unreachable` with the end of its log when it does not in time; then it is ended.
 */
export async function keepRunning(folder: string, data: string): Promise<number> {
  const logFile = join(data, 'logs', 'dev.log');
  const log = await open(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [NONEVENT, 'dev', '--data', data], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  await log.close();
  const deadline = performance.now() + START_MILLISECONDS;
  for (;;) {
    try {
      return (await readConnection(data)).process.pid;
    } catch (thrown) {
      if (performance.now() > deadline || child.exitCode !== null) {
        await end(child);
        throw notKept((await readFile(logFile, 'utf8')).slice(-TAIL_CHARACTERS), thrown);
      }
      await pause(100);
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function notKept(tail: string, cause: unknown): NoneventError {
  return new NoneventError(
    'Unreachable',
    `the local system did not start again: ${messageOf(cause)}; its log ends with ${JSON.stringify(tail)}`,
    {
      hint: 'run `nonevent demo` without --keep',
      cause,
    },
  );
}
