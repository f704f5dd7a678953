import { readdir, readFile, readlink } from 'node:fs/promises';

/** Processes that work in a folder or were told of it, a line each: number and command. Those that have ended do not count. */
export async function processesUnder(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (pid === process.pid || !(await isAliveAt(pid))) return [];
      const place = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const told = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!place.startsWith(folder) && !told.includes(folder)) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return [`${pid} ${command.replaceAll('\0', ' ').trim()}`];
    }),
  );
  return found.flat();
}

/** Whether a process runs. One that has ended and was not waited for does not. */
export async function isAliveAt(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const state = status.slice(status.lastIndexOf(')') + 2)[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}
