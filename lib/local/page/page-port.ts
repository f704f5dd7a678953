import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../write-atomically.ts';

/** The port that the page had in the last start; 0, for any, where nothing usable is remembered. */
export async function portOfLastStart(file: string): Promise<number> {
  const port = Number(await readFile(file, 'utf8').catch(() => '0'));
  return Number.isInteger(port) && port >= 1024 && port <= 65_535 ? port : 0;
}

/** Errors: `StoreUnavailable`. */
export async function rememberPort(file: string, port: number): Promise<void> {
  await writeAtomically(file, `${port}\n`);
}
