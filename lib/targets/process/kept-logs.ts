import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskBytes } from '../../secrets/mask-secrets.ts';

/** Logs that are kept of each target. */
const MOST_LOGS = 10;
/** Of a longer log as much of its beginning and of its end. Bytes. */
const PART = 512 * 1024;

/**
 * Copies the log of a revision that failed or goes away to `folder`, without secrets, and removes the oldest there beyond ten.
 * Gives the copy's path; `undefined` where the revision wrote nothing, or where there is no room for a copy: that is no reason
 * for anything else to fail.
 */
export async function keepLog(
  log: string,
  folder: string,
  revision: string,
  secrets: readonly string[],
): Promise<string | undefined> {
  try {
    const content = await bothEnds(log);
    if (content.length === 0) return undefined;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const copy = join(folder, `${revision}.log`);
    await writeFile(copy, maskBytes(content, secrets), { mode: 0o600 });
    await removeOldest(folder);
    return copy;
  } catch {
    return undefined;
  }
}

async function bothEnds(file: string): Promise<Buffer> {
  const log = await open(file, 'r');
  try {
    const { size } = await log.stat();
    const read = async (from: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await log.read(Buffer.alloc(length), 0, length, from);
      return buffer.subarray(0, bytesRead);
    };
    if (size <= 2 * PART) return await read(0, size);
    const cut = Buffer.from(`\n… ${size - 2 * PART} bytes are not kept …\n`);
    return Buffer.concat([await read(0, PART), cut, await read(size - PART, PART)]);
  } finally {
    await log.close();
  }
}

async function removeOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const known = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
  const oldest = known.toSorted((left, right) => right.at - left.at).slice(MOST_LOGS);
  for (const { file } of oldest) await rm(file, { force: true });
}
