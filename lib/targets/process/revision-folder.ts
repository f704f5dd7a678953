import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Digest } from '../../pipeline/release.ts';

/**
 * Unpacks an artifact into `app` of a revision's folder, unless it is there.
 *
 * `app` gets its name last, so where it exists it is whole. Errors: `TargetFailed`, and those of `Artifacts`.
 */
export async function unpackApp(
  folder: string,
  artifact: Digest,
  artifacts: Pick<Artifacts, 'unpack'>,
): Promise<void> {
  const app = join(folder, 'app');
  if (await exists(app)) return;
  const draft = join(folder, 'app.unpacking');
  await removeFolder(draft);
  await makeFolder(folder);
  await artifacts.unpack(artifact, draft);
  await orTargetFailed(folder, 'filled', rename(draft, app));
}

/** Makes a folder and those above it, where they are missing. Errors: `TargetFailed`. */
export async function makeFolder(folder: string): Promise<void> {
  await orTargetFailed(folder, 'made', mkdir(folder, { recursive: true }));
}

/** Removes a folder with all that is in it, if it is there. Errors: `TargetFailed`. */
export async function removeFolder(folder: string): Promise<void> {
  const removal = rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  await orTargetFailed(folder, 'removed', removal);
}

async function orTargetFailed(folder: string, what: string, change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (thrown) {
    throw new NoneventError('TargetFailed', `folder ${folder} cannot be ${what}: ${messageOf(thrown)}`, {
      fields: { folder },
      hint: 'make room on the disk or make the folder writable, then repeat',
      cause: thrown,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
