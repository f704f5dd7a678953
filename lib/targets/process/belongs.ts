import { readFile, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { pidsInGroup } from './process-identity.ts';

/**
 * Whether a group of processes is that of a revision, by what only its processes have: they run in the revision's folder, or
 * were started with its name. What is written in files may be anybody's, and numbers in them may be those of foreign processes.
 *
 * Elsewhere than on Linux this cannot be seen, and every group but those that mean more than one is taken for it.
 */
export async function belongs(
  group: number,
  revision: { readonly folder: string; readonly name: string },
): Promise<boolean> {
  // To signal group 0 is to signal our own, and group 1 would be all there are.
  if (!Number.isSafeInteger(group) || group <= 1) return false;
  if (process.platform !== 'linux') return true;
  const folder = await realpath(revision.folder).catch(() => revision.folder);
  const members = await pidsInGroup(group);
  const seen = await Promise.all(members.map((pid) => isOf(pid, { folder, name: revision.name })));
  return seen.includes(true);
}

async function isOf(
  pid: number,
  { folder, name }: { readonly folder: string; readonly name: string },
): Promise<boolean> {
  const inFolder = await readlink(`/proc/${pid}/cwd`).then(
    (place) => place === folder || place.startsWith(folder + sep),
    () => false,
  );
  if (inFolder) return true;
  // A service may go elsewhere, and may write over its environment; hardly any does both.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(`NONEVENT_REVISION=${name}`);
}
