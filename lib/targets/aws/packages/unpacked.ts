import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../../pipeline/release.ts';
import type { AwsGround } from '../ground.ts';

/** Does something with the content of an artifact in a folder that is gone afterwards. Errors: `ArtifactFailed`. */
export async function withUnpacked<Result>(
  artifact: Digest,
  { artifacts, temporary }: Pick<AwsGround, 'artifacts' | 'temporary'>,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  return withFolder(temporary, async (folder) => {
    const content = join(folder, 'content');
    await artifacts.unpack(artifact, content);
    return work(content);
  });
}

/** Does something in a new folder that is gone afterwards. */
export async function withFolder<Result>(
  temporary: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = join(temporary, `nonevent-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
