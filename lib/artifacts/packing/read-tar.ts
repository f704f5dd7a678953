import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract, type Header } from 'tar-stream';
import { checkLinks, LIMITS, refusal, tooManyBytes, tooManyEntries } from './tree.ts';

/**
 * Writes what is in a tar archive into a folder that is empty and nobody else's. Links are made last, so that nothing is
 * written through one. Errors: `ArtifactFailed` for paths and links that leave the folder, other kinds, and over the limits.
 */
export async function readTar(archive: AsyncIterable<Buffer>, folder: string): Promise<void> {
  const extraction = extract();
  const links = new Map<string, string>();
  const [written, read] = await Promise.allSettled([
    writeAll(extraction, folder, links),
    pipeline(archive, extraction),
  ]);
  if (written.status === 'rejected') throw written.reason;
  if (read.status === 'rejected') throw read.reason;
  checkLinks(links);
  for (const [path, target] of links) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(target, join(folder, path));
  }
}

async function writeAll(extraction: Extract, folder: string, links: Map<string, string>): Promise<void> {
  const folders = new Set<string>();
  let entries = 0;
  let bytes = 0;
  for await (const entry of extraction) {
    const { header } = entry;
    const path = insidePath(header.name);
    entries += 1;
    bytes += header.size;
    if (entries > LIMITS.entries) throw tooManyEntries(entries);
    if (bytes > LIMITS.bytes) throw tooManyBytes(path);
    if (header.type === 'symlink') links.set(path, header.linkname);
    else await writeEntry(entry, header, folder, path, folders);
    entry.resume();
  }
}

async function writeEntry(
  entry: AsyncIterable<unknown>,
  { type, mode }: Header,
  folder: string,
  path: string,
  folders: Set<string>,
): Promise<void> {
  const place = join(folder, path);
  const parent = type === 'directory' ? place : dirname(place);
  if (!folders.has(parent)) {
    await mkdir(parent, { recursive: true, mode: 0o755 });
    folders.add(parent);
  }
  if (type === 'directory') return;
  if (type !== 'file') {
    throw refusal(
      path,
      `${JSON.stringify(path)} is a ${type}: expected files, folders and links`,
      'pack it again',
    );
  }
  const file = await open(place, 'wx', (mode & 0o100) === 0 ? 0o644 : 0o755);
  try {
    await copy(entry, file);
  } finally {
    await file.close();
  }
}

async function copy(entry: AsyncIterable<unknown>, file: FileHandle): Promise<void> {
  for await (const chunk of entry) await file.writeFile(chunk as Buffer);
}

/** A path that stays where it is unpacked. */
function insidePath(name: string): string {
  const path = name.replace(/\/+$/, '');
  const names = path.split('/');
  if (!names.some((part) => part === '' || part === '.' || part === '..') && !path.includes('\0'))
    return path;
  throw refusal(
    name,
    `the path ${JSON.stringify(name)} leaves the folder it is unpacked to`,
    'pack it again',
  );
}
