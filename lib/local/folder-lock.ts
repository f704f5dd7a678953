import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { NoneventError } from '../nonevent-error.ts';
import { codeOf, diskFailure } from './disk-failure.ts';
import { isRunning, ownIdentity, type ProcessIdentity, processIdentity } from './process-identity.ts';

export type FolderLock = { readonly release: () => Promise<void> };

const TAKEOVERS_AT_MOST = 20;

/**
 * Makes this process the only one that runs a system on a folder. A lock whose process has ended is taken over.
 * The database's own lock in the folder, which the kernel frees, stands behind this one.
 *
 * Errors: `Conflict` with the pid that holds it; `StoreUnavailable` when the lock cannot be written.
 */
export async function lockFolder(path: string): Promise<FolderLock> {
  const own = JSON.stringify(await ownIdentity());
  for (let takeovers = 0; takeovers < TAKEOVERS_AT_MOST; takeovers++) {
    if (await isCreated(path, own)) return { release: () => release(path, own) };
    const found = await contentOf(path);
    if (found === undefined) continue;
    const holder = holderIn(found);
    if (holder !== undefined && (await isRunning(holder))) throw heldBy(holder, path);
    await removeStale(path, found);
  }
  throw new NoneventError('Conflict', `could not take the lock ${path}: other processes keep taking it`, {
    fields: { path },
    hint: 'start `nonevent dev` once',
  });
}

/** Linking a complete file is atomic, so no reader ever sees half a lock. */
async function isCreated(path: string, content: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, content, { flag: 'wx', mode: 0o600 });
    await link(temporary, path);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw diskFailure('take the lock', path, thrown);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/**
 * Moves the stale lock aside before it is deleted: when another process was faster, what is moved is its new lock, and
 * that is put back.
 */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return;
    throw diskFailure('take over the lock', path, thrown);
  }
  if ((await contentOf(aside)) !== stale) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function release(path: string, own: string): Promise<void> {
  if ((await contentOf(path)) === own) await rm(path, { force: true });
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw diskFailure('read the lock', path, thrown);
  }
}

/** A lock that nobody can read was cut short by a full disk or a power failure: nobody holds it. */
function holderIn(content: string): ProcessIdentity | undefined {
  try {
    return processIdentity.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

function heldBy(holder: ProcessIdentity, path: string): NoneventError {
  return new NoneventError('Conflict', `a local system already runs on this folder, as process ${holder.pid}`, {
    fields: { pid: holder.pid, path },
    hint: 'use that one, or stop it first',
  });
}
