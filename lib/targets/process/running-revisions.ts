import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './process-identity.ts';
import { readRecord } from './record-file.ts';
import { parseIdentity } from './start-process.ts';

/**
 * The revisions of a target whose process runs, for one who looks on while another process owns the target: nothing is touched.
 *
 * Errors: `TargetFailed` where the target's record cannot be read.
 */
export async function runningRevisions(folder: string): Promise<ReadonlySet<string>> {
  const record = await readRecord(folder);
  const placed = record?.revisions.filter(({ phase, run }) => phase === 'placed' && run !== undefined) ?? [];
  const running = await Promise.all(
    placed.map(async ({ revision, run }) => {
      const written = await readFile(join(folder, revision, `run-${run?.id}`), 'utf8').catch(() => '');
      const identity = parseIdentity(written);
      return identity !== undefined && (await isAlive(identity)) ? [revision] : [];
    }),
  );
  return new Set(running.flat());
}
