import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { DATA_FOLDER_NAME, FILE_NAME } from '../settings.ts';

const RELEASES = fileURLToPath(new URL('../../../examples/storefront/releases', import.meta.url));

/** The releases of the storefront, in order. */
export const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'] as const;
export type Version = (typeof VERSIONS)[number];

/**
 * Makes a folder hold a release of the storefront and nothing else, as a checkout would. The local system's data stays.
 * In its pipeline file the port is the one given; everything else is as the team wrote it.
 */
export async function checkOut(version: Version, folder: string, port: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder)) {
    if (entry !== DATA_FOLDER_NAME) await rm(join(folder, entry), { recursive: true });
  }
  await cp(join(RELEASES, version), folder, { recursive: true });
  const file = join(folder, FILE_NAME);
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(['environments', 'production', 'target', 'port'], port);
  await writeFile(file, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}
