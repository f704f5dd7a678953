import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../pipeline/release.ts';
import type { Artifacts } from '../../stages/artifacts.ts';

/**
 * Unpacks an artifact into `app` of a revision's folder, unless it is there.
 *
 * `app` gets its name last, so where it exists it is whole.
 */
export async function unpackApp(
  folder: string,
  artifact: Digest,
  artifacts: Pick<Artifacts, 'unpack'>,
): Promise<void> {
  const app = join(folder, 'app');
  if (await exists(app)) return;
  const draft = join(folder, 'app.unpacking');
  await rm(draft, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await artifacts.unpack(artifact, draft);
  await rename(draft, app);
}

/** Removes a revision's folder with all that is in it, if it is there. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
