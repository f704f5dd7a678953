import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { codeOf, diskFailure } from './disk-failure.ts';
import { writeAtomically } from './write-atomically.ts';

const KEY_BYTES = 32;

/** The key that task tokens are signed with: made once, then kept, so that a token of an earlier start is known as ours. */
export async function tokenKey(path: string): Promise<Buffer> {
  const kept = await readKey(path);
  if (kept?.length === KEY_BYTES) return kept;
  const made = randomBytes(KEY_BYTES);
  await writeAtomically(path, made.toString('hex'));
  return made;
}

async function readKey(path: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from(await readFile(path, 'utf8'), 'hex');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw diskFailure('read', path, thrown);
  }
}
