import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Environment variables that every process of a run has inherited. */
export type Marks = Readonly<Record<string, string>>;

/** How long the system may take to remove what was killed. */
const KILL_GRACE_MILLISECONDS = 5_000;

/**
 * Marks every command that works below a folder. So the next system on that folder finds what runs there after a crash,
 * and nobody takes the commands of another system for its own, which may run the very same deployment.
 */
export function workMark(folder: string): Marks {
  return { NONEVENT_WORK: folder };
}

/**
 * Ends every process that inherited all of the marks, whichever group or session it moved to, and returns when none runs.
 * SIGTERM, and after `grace` milliseconds SIGKILL.
 *
 * Finds them in /proc, so on Linux alone; elsewhere the process group is all that is ended.
 */
export async function stopMarked(marks: Marks, grace: number): Promise<void> {
  if (process.platform !== 'linux') return;
  const killAt = performance.now() + grace;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    const now = performance.now();
    const found = await marked(marks);
    if (found.length === 0 || now > killAt + KILL_GRACE_MILLISECONDS) return;
    for (const pid of found) signal(pid, now < killAt ? 'SIGTERM' : 'SIGKILL');
    await sleep(pause);
  }
}

async function marked(marks: Marks): Promise<readonly number[]> {
  const wanted = Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (pid === process.pid) return [];
      // Empty for a process that has ended; not readable for those of other people.
      const variables = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');
      return wanted.every((mark) => variables.includes(mark)) ? [pid] : [];
    }),
  );
  return found.flat();
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
