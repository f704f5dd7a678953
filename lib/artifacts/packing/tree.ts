import { NoneventError } from '../../nonevent-error.ts';

/** What is packed, by its path inside the folder: `/` between names, no `.` or `..`. */
export type TreeEntry =
  | { readonly type: 'file'; readonly path: string; readonly executable: boolean; readonly size: number }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string }
  /** Only folders in which nothing is; the others follow from the paths in them. */
  | { readonly type: 'directory'; readonly path: string };

/** Bounds of one artifact. */
export const LIMITS = { bytes: 2 * 1024 ** 3, entries: 200_000 } as const;

/** What cannot be packed or unpacked because of what it holds; an outage has a `cause` instead. */
export function refusal(path: string, message: string, hint: string): NoneventError {
  return new NoneventError('ArtifactFailed', message, { fields: { path }, hint });
}

/** Sorted by the bytes of the path, so that the order depends on nothing but the names. */
export function inOrder(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  return entries
    .map((entry) => ({ entry, key: Buffer.from(entry.path) }))
    .sort((left, right) => Buffer.compare(left.key, right.key))
    .map(({ entry }) => entry);
}

/** Refuses trees over the limits and links that lead out of the folder. Errors: `ArtifactFailed`. */
export function checkTree(entries: readonly TreeEntry[]): void {
  if (entries.length > LIMITS.entries) throw tooManyEntries(entries.length);
  let bytes = 0;
  for (const entry of entries) {
    bytes += entry.type === 'file' ? entry.size : 0;
    if (bytes > LIMITS.bytes) throw tooManyBytes(entry.path);
  }
  checkLinks(
    new Map(entries.flatMap((entry) => (entry.type === 'symlink' ? [[entry.path, entry.target]] : []))),
  );
}

export function tooManyEntries(count: number): NoneventError {
  return new NoneventError('ArtifactFailed', `more than ${LIMITS.entries} files: ${count} and maybe more`, {
    fields: { entries: count },
    hint: 'leave out what is not needed, for example with .gitignore',
  });
}

export function tooManyBytes(path: string): NoneventError {
  return refusal(
    path,
    `the files have more than ${LIMITS.bytes / 1024 ** 3} GB together, at ${JSON.stringify(path)}`,
    'leave out what is not needed, for example with .gitignore',
  );
}

/** Refuses links that lead out of the folder, by themselves or through other links. */
export function checkLinks(links: ReadonlyMap<string, string>): void {
  for (const [path, target] of links) {
    if (staysInside(path, links)) continue;
    throw refusal(
      path,
      `the link ${JSON.stringify(path)} points to ${JSON.stringify(target)}: expected a path inside the folder`,
      'make it relative, or put a copy of what it points to in its place',
    );
  }
}

/** The system gives up after this many links in one path, so what needs more leads nowhere. */
const MOST_LINKS = 40;

/** Follows a link name by name, as the system would, over links that need not be on a disk. */
function staysInside(path: string, links: ReadonlyMap<string, string>): boolean {
  const names = path.split('/').reverse();
  const at: string[] = [];
  let followed = 0;
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (at.length === 0) return false;
      at.pop();
      continue;
    }
    at.push(name);
    const target = links.get(at.join('/'));
    if (target === undefined) continue;
    followed += 1;
    if (target.startsWith('/') || followed > MOST_LINKS) return false;
    at.pop();
    names.push(...target.split('/').reverse());
  }
  return true;
}
