import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { refusal, type TreeEntry } from './tree.ts';

/**
 * The bytes of a tar archive of a tree. They depend on names, content, links and the executable bit alone: no time, no owner.
 * Errors (of the stream): `ArtifactFailed` when a file changes while it is read.
 */
export function writeTar(folder: string, tree: readonly TreeEntry[]): Pack {
  const archive = pack();
  addAll(archive, folder, tree).then(
    () => archive.finalize(),
    (thrown: unknown) => archive.destroy(thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
  return archive;
}

const ALWAYS = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) };

async function addAll(archive: Pack, folder: string, tree: readonly TreeEntry[]): Promise<void> {
  for (const entry of tree) {
    if (archive.destroyed) return;
    switch (entry.type) {
      case 'file':
        await addFile(archive, folder, entry);
        break;
      case 'symlink':
        archive.entry({ ...ALWAYS, name: entry.path, type: 'symlink', linkname: entry.target, mode: 0o755 });
        break;
      case 'directory':
        archive.entry({ ...ALWAYS, name: entry.path, type: 'directory', mode: 0o755 });
        break;
      default:
        entry satisfies never;
    }
  }
}

async function addFile(archive: Pack, folder: string, entry: TreeEntry & { type: 'file' }): Promise<void> {
  const file = await open(join(folder, entry.path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    (thrown) => {
      throw isGone(thrown) ? changed(entry.path) : thrown;
    },
  );
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile() || before.size !== BigInt(entry.size)) throw changed(entry.path);
    const header = { ...ALWAYS, name: entry.path, mode: entry.executable ? 0o755 : 0o644, size: entry.size };
    if (entry.size <= SMALL) {
      const content = await file.readFile();
      if (content.length !== entry.size) throw changed(entry.path);
      await new Promise<void>((resolve, reject) => {
        archive.entry(header, content, (error) => (error ? reject(error) : resolve()));
      });
    } else {
      await pipeline(wholeOf(file, entry), archive.entry(header));
    }
    const after = await file.stat({ bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) throw changed(entry.path);
  } finally {
    await file.close();
  }
}

/** An archive that was promised more or fewer bytes than it gets is broken, so this is found before. */
async function* wholeOf(file: FileHandle, entry: TreeEntry & { type: 'file' }): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
    length += chunk.length;
    if (length > entry.size) break;
    yield chunk as Buffer;
  }
  if (length !== entry.size) throw changed(entry.path);
}

/** Files up to this many bytes are read whole. */
const SMALL = 1024 * 1024;

function isGone(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ELOOP');
}

function changed(path: string): Error {
  return refusal(
    path,
    `${JSON.stringify(path)} changed while it was packed`,
    'try again when nothing writes to the folder; leave files out that are written all the time',
  );
}
