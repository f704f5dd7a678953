import { open, truncate } from 'node:fs/promises';
import { setInterval } from 'node:timers/promises';

/** A log may grow to this size between two looks; what was in it then is gone but for its end. Bytes. */
export const LOG_LIMIT = 20 * 1024 * 1024;
/** How much of the end is kept as `<file>.1`. Bytes. */
const KEPT = 5 * 1024 * 1024;
const LOOK_INTERVAL_MILLISECONDS = 1_000;

/**
 * Keeps the log of a service from filling the disk, until the signal aborts.
 *
 * The service writes to the file itself and appends, so the file is emptied where it is instead of being replaced: the next
 * line goes to its beginning. What is written between the copy and the emptying is lost.
 */
export async function keepLogBounded(file: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of setInterval(LOOK_INTERVAL_MILLISECONDS, undefined, { signal, ref: false })) {
      // A log that cannot be read or a full disk is no reason to end a service; the next look may do better.
      await boundLog(file).catch(() => false);
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
}

/** Empties a log that is over its limit, and keeps its end beside it. Tells whether it did. */
export async function boundLog(
  file: string,
  limit: number = LOG_LIMIT,
  kept: number = KEPT,
): Promise<boolean> {
  const log = await open(file, 'r');
  try {
    const { size } = await log.stat();
    if (size <= limit) return false;
    const { buffer, bytesRead } = await log.read(Buffer.alloc(kept), 0, kept, size - kept);
    await writeOver(`${file}.1`, buffer.subarray(0, bytesRead));
  } finally {
    await log.close();
  }
  await truncate(file);
  return true;
}

async function writeOver(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}
