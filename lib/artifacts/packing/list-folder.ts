import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS, refusal, tooManyEntries } from './tree.ts';

/** Folders that are never part of a source: what is installed, what we write ourselves, what git keeps. */
export const NEVER_SOURCE: ReadonlySet<string> = new Set(['node_modules', '.nonevent', '.git']);

/** Every path in a folder that is no folder itself, and every empty folder. Skips what has one of the names to leave out. */
export async function listFolder(folder: string, leaveOut: ReadonlySet<string>): Promise<readonly string[]> {
  const found: string[] = [];
  const open = [''];
  for (let inside = open.pop(); inside !== undefined; inside = open.pop()) {
    const children = await readdir(join(folder, inside), { withFileTypes: true });
    for (const child of children) {
      if (leaveOut.has(child.name)) continue;
      const path = pathOf(inside, child);
      if (child.isDirectory()) open.push(path);
      else found.push(path);
    }
    if (children.length === 0 && inside !== '') found.push(inside);
    if (found.length > LIMITS.entries) throw tooManyEntries(found.length);
  }
  return found;
}

function pathOf(inside: string, { name }: Dirent): string {
  const path = inside === '' ? name : `${inside}/${name}`;
  checkPath(path);
  return path;
}

/** Refuses names that are not text: they would be packed under another name. */
export function checkPath(path: string): void {
  if (!path.includes('\ufffd')) return;
  throw refusal(path, `the name of ${JSON.stringify(path)} is not UTF-8`, 'rename it');
}
