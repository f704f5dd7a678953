import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { startTimeOf } from '../targets/process/process-identity.ts';

/** A process beyond its number, also after a reboot: numbers are used again, a number together with its start is not. */
export const processIdentity = z.strictObject({
  pid: z.int().min(1),
  started: z.string().describe('When the process began, in the words of its operating system.'),
});
export type ProcessIdentity = z.output<typeof processIdentity>;

/** The process that runs this. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, started: (await startOf(process.pid)) ?? 'unknown' };
}

/** Whether that very process still runs; `false` for another one that got its number. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await startOf(identity.pid)) === identity.started;
}

/** On Linux with the boot's id: the clock ticks since boot repeat after a reboot. */
async function startOf(pid: number): Promise<string | undefined> {
  const startedAt = await startTimeOf(pid);
  if (startedAt === undefined || process.platform !== 'linux') return startedAt;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  return boot === undefined ? undefined : `${boot.trim()} ${startedAt}`;
}
