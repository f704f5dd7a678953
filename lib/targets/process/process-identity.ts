import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process told apart from a later one that got the same number. */
export type ProcessIdentity = {
  readonly pid: number;
  /** On Linux the clock ticks since boot (proc(5), field 22), elsewhere what `ps -o lstart=` prints. */
  readonly startedAt: string;
};

/** Whether this very process still runs. One that ended and was not yet reaped does not. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await startTimeOf(identity.pid)) === identity.startedAt;
}

/** When the process with this number started; `undefined` where none runs. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return (await ps('lstart=', '-p', String(pid)))[0];
  const status = await linuxStatus(pid);
  return status === undefined || status.hasEnded ? undefined : status.startedAt;
}

/** Whether any process of a group runs. Ended ones that nobody reaped do not count. */
export async function isGroupAlive(group: number): Promise<boolean> {
  if (!isSignalable(group)) return false;
  if (process.platform !== 'linux') {
    const lines = await ps('pgid=,stat=', '-A');
    return lines.some((line) => new RegExp(`^${group}\\s+[^ZX]`).test(line));
  }
  return (await pidsInGroup(group)).length > 0;
}

/** The processes of a group that run. On Linux alone. */
export async function pidsInGroup(group: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const statuses = await Promise.all(pids.map(linuxStatus));
  return pids.filter((_, index) => {
    const status = statuses[index];
    return status !== undefined && status.group === group && !status.hasEnded;
  });
}

/** The start time in a line of /proc/PID/stat; `undefined` where it is not one. */
export function startTimeInStat(stat: string): string | undefined {
  return parseStat(stat)?.startedAt;
}

type LinuxStatus = { readonly hasEnded: boolean; readonly group: number; readonly startedAt: string };

async function linuxStatus(pid: number): Promise<LinuxStatus | undefined> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The second field is the command in parentheses and may itself hold spaces and parentheses, so count from its end. */
function parseStat(stat: string): LinuxStatus | undefined {
  const [state, , group, ...rest] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const threads = Number(rest[14]);
  const startedAt = rest[16];
  if (!stat.includes(')') || state === undefined || startedAt === undefined) return undefined;
  // The first thread of a killed process may be a zombie while others still hold its files and ports.
  const hasEnded = (state === 'Z' || state === 'X') && threads <= 1;
  return { hasEnded, group: Number(group), startedAt };
}

async function ps(columns: string, ...which: readonly string[]): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', columns, ...which], {
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function isSignalable(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
