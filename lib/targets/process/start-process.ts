import { spawn } from 'node:child_process';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { type ProcessIdentity, startTimeInStat } from './process-identity.ts';

export type Launch = {
  /** Given to `sh -c`. */
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the process writes its identity before it does anything else. Must be a new name for each start. */
  readonly runFile: string;
  /** Standard output and error are appended here. */
  readonly logFile: string;
};

export type Started = {
  readonly pid: number;
  /** Resolves with how it ended, in words. Never rejects. */
  readonly ended: Promise<string>;
};

/**
 * Starts a command in a process group of its own that outlives this process.
 *
 * It writes to the log file itself, not through us, so our end neither stops it nor breaks its pipes.
 * Errors: `TargetFailed` when it cannot be started at all.
 */
export async function startProcess(launch: Launch): Promise<Started> {
  let log: FileHandle | undefined;
  try {
    log = await open(launch.logFile, 'a', 0o600);
    const child = spawn('/bin/sh', ['-c', IDENTIFY_AND_RUN, 'sh', launch.runFile, launch.command], {
      cwd: launch.folder,
      env: launch.environment,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`);
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    if (child.pid === undefined) throw new Error('the started process has no number');
    return { pid: child.pid, ended };
  } catch (thrown) {
    throw new NoneventError('TargetFailed', `a process could not be started: ${messageOf(thrown)}`, {
      fields: { folder: launch.folder },
      cause: thrown,
    });
  } finally {
    await log?.close();
  }
}

/**
 * The process that a start has led to, running or ended; `undefined` when there is none and there will be none.
 *
 * For the owner that comes after a crash. Either this call creates the run file, and then a process that was just
 * about to begin finds it and gives up; or the process was first, and then its identity is in the file.
 */
export async function findStarted(runFile: string): Promise<ProcessIdentity | undefined> {
  try {
    await (await open(runFile, 'wx', 0o600)).close();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  }
  for (let tries = 0; tries < 100; tries += 1) {
    const identity = parseIdentity(await readFile(runFile, 'utf8'));
    if (identity !== undefined) return identity;
    await sleep(10);
  }
  return undefined;
}

/** `set -C` makes the redirection fail where the file exists. `exec` keeps the process, so number and start time stay. */
const IDENTIFY_AND_RUN = `set -C
{ echo $$; cat /proc/$$/stat 2>/dev/null || LC_ALL=C ps -o lstart= -p $$; echo; } > "$1" || exit 1
exec /bin/sh -c "$2"`;

/** The identity that a started process wrote to its run file; `undefined` where it is not whole. */
export function parseIdentity(content: string): ProcessIdentity | undefined {
  const match = /^(\d+)\n(.+)\n\n$/.exec(content);
  if (match === null) return undefined;
  const [, pid = '', start = ''] = match;
  return { pid: Number(pid), startedAt: startTimeInStat(start) ?? start.trim() };
}
