import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder } from '../../../artifacts/packing/list-folder.ts';
import { readTree } from '../../../artifacts/packing/read-tree.ts';
import { NoneventError } from '../../../nonevent-error.ts';
import { MOST_ENTRIES, type ZipEntry, zip } from './zip.ts';

/** Lambda's limit on the content of a package: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_CONTENT = 250 * 1024 * 1024;

/** A folder as a deployment package. Errors: `ArtifactFailed` where it is larger than Lambda takes, or has more files than a zip archive. */
export async function zipOfFolder(folder: string): Promise<Buffer> {
  const tree = await readTree(folder, await listFolder(folder, new Set()));
  const size = tree.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  if (size > LARGEST_CONTENT) throw tooLarge(size);
  requireFewEnough(tree.filter(({ type }) => type !== 'directory').length);
  const entries: ZipEntry[] = [];
  for (const entry of tree) {
    const { path } = entry;
    switch (entry.type) {
      case 'file':
        entries.push({
          path,
          content: await readFile(join(folder, path)),
          type: entry.executable ? 'executable' : 'file',
        });
        break;
      case 'symlink':
        entries.push({ path, content: Buffer.from(entry.target), type: 'symlink' });
        break;
      case 'directory':
        break;
      default:
        entry satisfies never;
    }
  }
  return zip(entries);
}

/** Errors: `ArtifactFailed` for more files than a package can hold. Pure. */
export function requireFewEnough(count: number): void {
  if (count <= MOST_ENTRIES) return;
  throw new NoneventError(
    'ArtifactFailed',
    `the artifact has ${count} files, expected at most ${MOST_ENTRIES} for a Lambda package`,
    { fields: { count }, hint: 'let a command bundle them into fewer files, or deploy an image' },
  );
}

function tooLarge(size: number): NoneventError {
  const most = LARGEST_CONTENT / 1024 / 1024;
  return new NoneventError(
    'ArtifactFailed',
    `the artifact has ${Math.ceil(size / 1024 / 1024)} MB, expected at most ${most} MB for a Lambda package`,
    { fields: { size }, hint: 'let a command make a smaller artifact, or deploy an image' },
  );
}
