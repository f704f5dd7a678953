import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPath } from './list-folder.ts';
import { checkTree, inOrder, refusal, type TreeEntry } from './tree.ts';

const AT_ONCE = 32;

/** Looks at every listed path and gives the tree in the order it is packed. Leaves out what is no longer there. */
export async function readTree(folder: string, paths: readonly string[]): Promise<readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const looked = await Promise.all(paths.slice(from, from + AT_ONCE).map((path) => entryAt(folder, path)));
    entries.push(...looked.filter((entry) => entry !== undefined));
  }
  const tree = inOrder(withoutThroughLinks(entries));
  checkTree(tree);
  return tree;
}

async function entryAt(folder: string, path: string): Promise<TreeEntry | undefined> {
  const stats = await statsOf(join(folder, path));
  if (stats === undefined) return undefined;
  if (stats.isFile()) return { type: 'file', path, executable: (stats.mode & 0o100) !== 0, size: stats.size };
  if (stats.isDirectory()) return { type: 'directory', path };
  if (stats.isSymbolicLink()) {
    const target = await readlink(join(folder, path));
    checkPath(target);
    return { type: 'symlink', path, target };
  }
  throw refusal(
    path,
    `${JSON.stringify(path)} is ${kindOf(stats)}: expected files, folders and links`,
    'remove it, or keep it outside of the folder',
  );
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (thrown) {
    if (
      thrown instanceof Error &&
      'code' in thrown &&
      (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
    ) {
      return undefined;
    }
    throw thrown;
  }
}

/** A file that git tracks below what is now a link has been deleted; what is seen through the link is another file. */
function withoutThroughLinks(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const links = new Set(entries.filter(({ type }) => type === 'symlink').map(({ path }) => path));
  if (links.size === 0) return entries;
  return entries.filter(({ path }) => {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (links.has(path.slice(0, end))) return false;
    }
    return true;
  });
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
