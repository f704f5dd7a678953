import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConnection } from '../../local/connection.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

const NONEVENT = fileURLToPath(new URL('../../../bin/nonevent', import.meta.url));
const START_MILLISECONDS = 15_000;

/**
 * Starts `nonevent dev` on a data folder as a process of its own, which outlives this one and adopts the services that
 * run. Returns its process id once it answers.
 *
 * Errors: `Unreachable` when it does not in time; its log is in the folder.
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
      if (performance.now() > deadline || child.exitCode !== null) throw notKept(logFile, thrown);
      await pause(100);
    }
  }
}

function notKept(logFile: string, cause: unknown): NoneventError {
  return new NoneventError('Unreachable', `the local system did not start again: ${messageOf(cause)}`, {
    fields: { log: logFile },
    hint: `see why in ${logFile}`,
    cause,
  });
}
