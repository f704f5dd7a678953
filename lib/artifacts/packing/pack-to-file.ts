import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, digest } from '../../pipeline/release.ts';
import { listFolder, NEVER_SOURCE } from './list-folder.ts';
import { listGit } from './list-git.ts';
import { readTree } from './read-tree.ts';
import { writeTar } from './write-tar.ts';

/** An archive on the disk, and what its bytes are called. */
export type PackedFile = { readonly artifact: Digest; readonly bytes: number };

/**
 * Packs a folder into a file that must not exist yet. The bytes are on the disk when it resolves; where it rejects, the file
 * may be there in part. Errors: `ArtifactFailed` for content that is refused, and what the disk or git says.
 */
export async function packToFile(
  source: string,
  ignored: 'vcs' | 'nothing',
  file: string,
): Promise<PackedFile> {
  const archive = writeTar(source, await readTree(source, await listed(source, ignored)));
  const handle = await open(file, 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(archive, hashing(hash), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        await handle.writeFile(chunk);
      }
    });
    await handle.sync();
    return { artifact: digest.parse(`sha256:${hash.digest('hex')}`), bytes };
  } finally {
    await handle.close();
  }
}

async function listed(source: string, ignored: 'vcs' | 'nothing'): Promise<readonly string[]> {
  switch (ignored) {
    case 'vcs':
      return (await listGit(source)) ?? (await listFolder(source, NEVER_SOURCE));
    case 'nothing':
      return listFolder(source, new Set());
  }
}

function hashing(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}
