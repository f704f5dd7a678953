import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../pipeline/release.ts';
import type { Artifacts } from './artifacts.ts';
import { packToFile } from './packing/pack-to-file.ts';
import { artifactMissing, asArtifactFailure, unpackChecked } from './packing/unpack-checked.ts';

/**
 * Keeps artifacts in a folder, each as a tar archive named by the SHA-256 of its bytes. Equal content gives an equal digest.
 *
 * Errors: `ArtifactFailed`, with a `cause` where the disk or git failed and without one where the content is refused.
 */
export function createArtifactStore(folder: string): Artifacts {
  return {
    async pack(source, ignored) {
      try {
        await mkdir(folder, { recursive: true });
        return await keep(folder, source, ignored);
      } catch (thrown) {
        throw asArtifactFailure(thrown, `${source} could not be packed`);
      }
    },

    unpack(artifact, target) {
      const file = fileOf(folder, artifact);
      const archive = {
        read: () => bytesOf(file, artifact),
        place: file,
        mend: 'deploy again, which packs it anew',
      };
      return unpackChecked(archive, artifact, target);
    },
  };
}

/** Visible under its name only when it is whole and on the disk. */
async function keep(folder: string, source: string, ignored: 'vcs' | 'nothing'): Promise<Digest> {
  const temporary = join(folder, `.${randomUUID()}.tar`);
  try {
    const { artifact } = await packToFile(source, ignored, temporary);
    await rename(temporary, fileOf(folder, artifact));
    await syncFolder(folder);
    return artifact;
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* bytesOf(file: string, artifact: Digest): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) yield chunk as Buffer;
  } catch (thrown) {
    throw isMissing(thrown, file) ? artifactMissing(artifact, thrown) : thrown;
  }
}

function isMissing(thrown: unknown, file: string): boolean {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    thrown.code === 'ENOENT' &&
    'path' in thrown &&
    thrown.path === file
  );
}

/** Where an artifact is kept. */
export function fileOf(folder: string, artifact: Digest): string {
  return join(folder, `${artifact.replace(':', '-')}.tar`);
}
