import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { type Digest, digest } from '../pipeline/release.ts';
import type { Artifacts } from './artifacts.ts';
import { listFolder, NEVER_SOURCE } from './packing/list-folder.ts';
import { listGit } from './packing/list-git.ts';
import { readTar } from './packing/read-tar.ts';
import { readTree } from './packing/read-tree.ts';
import { writeTar } from './packing/write-tar.ts';

/**
 * Keeps artifacts in a folder, each as a tar archive named by the SHA-256 of its bytes. Equal content gives an equal digest.
 *
 * Errors: `ArtifactFailed`, with a `cause` where the disk or git failed and without one where the content is refused.
 */
export function createArtifactStore(folder: string): Artifacts {
  return {
    async pack(source, ignored) {
      try {
        const tree = await readTree(source, await listed(source, ignored));
        await mkdir(folder, { recursive: true });
        return await keep(folder, writeTar(source, tree));
      } catch (thrown) {
        throw asArtifactFailure(thrown, `${source} could not be packed`);
      }
    },

    async unpack(artifact, target) {
      const place = resolve(target);
      const temporary = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
      try {
        await mkdir(temporary, { recursive: true });
        await readChecked(fileOf(folder, artifact), artifact, temporary);
        await rename(temporary, place);
      } catch (thrown) {
        await rm(temporary, { recursive: true, force: true });
        throw asArtifactFailure(thrown, `artifact ${artifact} could not be unpacked to ${place}`);
      }
    },
  };
}

async function listed(source: string, ignored: 'vcs' | 'nothing'): Promise<readonly string[]> {
  switch (ignored) {
    case 'vcs':
      return (await listGit(source)) ?? (await listFolder(source, NEVER_SOURCE));
    case 'nothing':
      return listFolder(source, new Set());
  }
}

/** Visible under its name only when it is whole and on the disk. */
async function keep(folder: string, archive: Pack): Promise<Digest> {
  const temporary = join(folder, `.${randomUUID()}.tar`);
  const file = await open(temporary, 'wx', 0o600);
  const hash = createHash('sha256');
  try {
    await pipeline(archive, hashing(hash), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await file.writeFile(chunk);
    });
    await file.sync();
    const artifact = digest.parse(`sha256:${hash.digest('hex')}`);
    await rename(temporary, fileOf(folder, artifact));
    await syncFolder(folder);
    return artifact;
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  } finally {
    await file.close();
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

/** A damaged archive may fail anywhere; that its bytes are not the ones it is named by is then what has to be said. */
async function readChecked(file: string, artifact: Digest, into: string): Promise<void> {
  const hash = createHash('sha256');
  try {
    await readTar(hashed(file, hash), into);
  } catch (thrown) {
    if (isMissing(thrown, file)) throw missing(artifact, thrown);
    const whole = createHash('sha256');
    for await (const chunk of createReadStream(file)) whole.update(chunk as Buffer);
    checkDigest(whole, artifact, file);
    throw thrown;
  }
  checkDigest(hash, artifact, file);
}

async function* hashed(file: string, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
    yield chunk as Buffer;
  }
}

function checkDigest(hash: Hash, artifact: Digest, file: string): void {
  const found = `sha256:${hash.digest('hex')}`;
  if (found === artifact) return;
  throw new NoneventError(
    'ArtifactFailed',
    `artifact ${artifact} is damaged: its bytes have the digest ${found}`,
    {
      fields: { artifact, found, file },
      hint: 'deploy again, which packs it anew',
    },
  );
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

function missing(artifact: Digest, cause: unknown): NoneventError {
  return new NoneventError('ArtifactFailed', `artifact ${artifact} is not kept here`, {
    fields: { artifact },
    hint: 'deploy again, which packs it anew',
    cause,
  });
}

function hashing(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

/** Where an artifact is kept. */
export function fileOf(folder: string, artifact: Digest): string {
  return join(folder, `${artifact.replace(':', '-')}.tar`);
}

function asArtifactFailure(thrown: unknown, what: string): NoneventError {
  if (thrown instanceof NoneventError) return thrown;
  return new NoneventError('ArtifactFailed', `${what}: ${messageOf(thrown)}`, {
    hint: 'look whether the disk is full, and whether the folder can be read and written',
    cause: thrown,
  });
}
