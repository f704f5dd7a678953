import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes a working copy, also folders that the command made read-only. What belongs to another user stays, such as files
 * from a container: that is no reason for a verdict to be another one.
 */
export async function removeCopy(folder: string): Promise<void> {
  const removed = await remove(folder);
  if (removed) return;
  await makeWritable(folder);
  await remove(folder);
}

/** Removes what attempts of a stage left in the work folder, whole copies and half unpacked ones. */
export async function removeCopiesOf(stage: string, workFolder: string): Promise<void> {
  for (const name of await readdir(workFolder)) {
    const isCopy = name.startsWith(`${stage}.`) && name.endsWith('.copy');
    if (isCopy || name.startsWith(`.${stage}.`)) await removeCopy(join(workFolder, name));
  }
}

function remove(folder: string): Promise<boolean> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 }).then(
    () => true,
    () => false,
  );
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {});
  for (const child of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (child.isDirectory()) await makeWritable(join(folder, child.name));
  }
}
