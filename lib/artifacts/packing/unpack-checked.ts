import { createHash, type Hash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Digest } from '../../pipeline/release.ts';
import { readTar } from './read-tar.ts';

/** A kept archive. `read` may be asked again, and gives all of it each time. */
export type KeptArchive = {
  readonly read: () => AsyncIterable<Buffer>;
  /** Where it is, as a person would look for it. */
  readonly place: string;
  /** What to do when its bytes are others than they were. */
  readonly mend: string;
};

/**
 * Unpacks an archive into a folder that does not exist yet or is empty, and holds its bytes against its digest while reading.
 * The folder appears only when all of it was right. Errors: `ArtifactFailed`.
 */
export async function unpackChecked(archive: KeptArchive, artifact: Digest, target: string): Promise<void> {
  const folder = resolve(target);
  const temporary = join(dirname(folder), `.${basename(folder)}.${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    await readChecked(archive, artifact, temporary);
    await rename(temporary, folder);
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    throw asArtifactFailure(thrown, `artifact ${artifact} could not be unpacked to ${folder}`);
  }
}

/** A damaged archive may fail anywhere; that its bytes are not the ones it is named by is then what has to be said. */
async function readChecked(archive: KeptArchive, artifact: Digest, into: string): Promise<void> {
  const hash = createHash('sha256');
  try {
    await readTar(hashed(archive.read(), hash), into);
  } catch (thrown) {
    const whole = await hashOf(archive.read()).catch(() => undefined);
    // What cannot be read to its end has no digest: then the first failure is what is known.
    if (whole !== undefined) checkDigest(whole, artifact, archive);
    throw thrown;
  }
  checkDigest(hash, artifact, archive);
}

async function* hashed(archive: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of archive) {
    hash.update(chunk);
    yield chunk;
  }
}

async function hashOf(archive: AsyncIterable<Buffer>): Promise<Hash> {
  const hash = createHash('sha256');
  for await (const chunk of archive) hash.update(chunk);
  return hash;
}

function checkDigest(hash: Hash, artifact: Digest, { place, mend }: KeptArchive): void {
  const found = `sha256:${hash.digest('hex')}`;
  if (found === artifact) return;
  throw new NoneventError(
    'ArtifactFailed',
    `artifact ${artifact} is damaged: its bytes have the digest ${found}`,
    { fields: { artifact, found, place }, hint: mend },
  );
}

/** An artifact that is not where it would be kept. */
export function artifactMissing(artifact: Digest, cause: unknown): NoneventError {
  return new NoneventError('ArtifactFailed', `artifact ${artifact} is not kept here`, {
    fields: { artifact },
    hint: 'deploy again, which packs it anew',
    cause,
  });
}

/** Anything thrown while packing or unpacking, as the one error that callers know. */
export function asArtifactFailure(
  thrown: unknown,
  what: string,
  hint = 'look whether the disk is full, and whether the folder can be read and written',
): NoneventError {
  if (thrown instanceof NoneventError) return thrown;
  return new NoneventError('ArtifactFailed', `${what}: ${messageOf(thrown)}`, { hint, cause: thrown });
}
