import { lstat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { git } from './git.ts';
import { checkPath } from './list-folder.ts';
import { LIMITS, refusal, tooManyEntries } from './tree.ts';

/**
 * What git tracks or would track in a folder; `undefined` where the folder is in no work tree or is ignored by it.
 * Files of submodules and of repositories inside belong to it, by their own rules. Paths may name files that were deleted.
 *
 * Errors: `ArtifactFailed` where there is a work tree and git cannot list it, or a submodule is not checked out.
 */
export async function listGit(folder: string): Promise<readonly string[] | undefined> {
  if (!(await isInWorkTree(folder)) || (await isIgnored(folder))) return undefined;
  const found: string[] = [];
  const open = [''];
  for (let inside = open.pop(); inside !== undefined; inside = open.pop()) {
    for (const listed of await listedBy(join(folder, inside))) {
      const path = inside === '' ? listed : `${inside}/${listed}`;
      checkPath(path);
      if (path.split('/').includes('.nonevent')) continue;
      if (await isFolder(join(folder, path))) open.push(await repositoryInside(folder, path));
      else found.push(path);
    }
    if (found.length > LIMITS.entries) throw tooManyEntries(found.length);
  }
  return found;
}

async function isInWorkTree(folder: string): Promise<boolean> {
  for (let above = resolve(folder); ; above = dirname(above)) {
    if (await exists(join(above, '.git'))) return true;
    if (above === dirname(above)) return false;
  }
}

/** Git answers 0 for an ignored path and 1 for another. */
async function isIgnored(folder: string): Promise<boolean> {
  try {
    await git(resolve(folder), ['check-ignore', '--quiet', '--', resolve(folder)]);
    return true;
  } catch {
    return false;
  }
}

async function listedBy(folder: string): Promise<readonly string[]> {
  try {
    const listed = await git(folder, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
    return [...new Set(listed.split('\0').filter((path) => path !== ''))].map((path) =>
      path.replace(/\/$/, ''),
    );
  } catch (thrown) {
    const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr).trim() : '';
    throw new NoneventError(
      'ArtifactFailed',
      `git cannot list the files of ${folder}: ${said || messageOf(thrown)}`,
      {
        fields: { folder },
        hint: 'make `git ls-files` work there; git must be installed and trust the folder',
        cause: thrown,
      },
    );
  }
}

/** Git lists a folder by its own name where another repository begins: a submodule or a clone. */
async function repositoryInside(folder: string, path: string): Promise<string> {
  if (await exists(join(folder, path, '.git'))) return path;
  throw refusal(
    path,
    `the submodule ${JSON.stringify(path)} is not checked out`,
    'run `git submodule update --init`',
  );
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
