import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, isGroupAlive, type ProcessIdentity, startTimeOf } from './process-identity.ts';

/** How long a group may take to end after SIGTERM before it is killed. */
export const STOP_GRACE_MILLISECONDS = 5_000;

/** How long the system may take to remove a group that was killed. */
const KILL_GRACE_MILLISECONDS = 5_000;

/** Ends every process of a group: SIGTERM, and after `grace` milliseconds SIGKILL. Returns when none runs. */
export async function stopGroup(group: number, grace: number): Promise<void> {
  signal(group, 'SIGTERM');
  if (await isGone(group, grace)) return;
  signal(group, 'SIGKILL');
  await isGone(group, KILL_GRACE_MILLISECONDS);
}

/**
 * Ends what is left of a process that an earlier owner started, with its group.
 *
 * The system gives a number to no new process while a group of that number exists. So a group is ours if its leader is
 * the recorded process or is no more; where another process has the number, our group ended before.
 */
export async function stopLeftover(identity: ProcessIdentity, grace: number): Promise<void> {
  const isOurs = (await isAlive(identity)) || (await startTimeOf(identity.pid)) === undefined;
  if (isOurs) await stopGroup(identity.pid, grace);
}

async function isGone(group: number, within: number): Promise<boolean> {
  const deadline = performance.now() + within;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    if (!(await isGroupAlive(group))) return true;
    if (performance.now() >= deadline) return false;
    await sleep(pause);
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  // 0 would be our own group, and 1 everything that we may signal.
  if (!Number.isSafeInteger(group) || group <= 1) return;
  try {
    process.kill(-group, name);
  } catch {
    // It has ended already.
  }
}
