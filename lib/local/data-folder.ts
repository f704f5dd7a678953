import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { NoneventError } from '../nonevent-error.ts';
import { codeOf, diskFailure } from './disk-failure.ts';

/** Where the local system keeps what. All paths are absolute. */
export type DataFolder = {
  readonly root: string;
  /** The histories, as DynamoDB keeps them. Its lock, which the kernel frees, keeps a second system out of the whole folder. */
  readonly dynamodb: string;
  readonly stateMachines: string;
  readonly executions: string;
  readonly events: string;
  readonly artifacts: string;
  readonly targets: string;
  /** The flags of each environment, as its services read them. */
  readonly flags: string;
  /** Working copies and logs of the stages. */
  readonly work: string;
  readonly logs: string;
  /** How the running system is reached. */
  readonly system: string;
  /** The key that task tokens are signed with. */
  readonly key: string;
  /** The port that the page had last. */
  readonly pagePort: string;
};

/** The layout of a data folder, usually `.nonevent` beside the pipeline file. Touches nothing. */
export function dataFolder(path: string): DataFolder {
  const root = resolve(path);
  return {
    root,
    dynamodb: join(root, 'dynamodb'),
    stateMachines: join(root, 'state-machines', 'state-machines.jsonl'),
    executions: join(root, 'state-machines', 'executions.jsonl'),
    events: join(root, 'events', 'events.jsonl'),
    artifacts: join(root, 'artifacts'),
    targets: join(root, 'targets'),
    flags: join(root, 'flags'),
    work: join(root, 'work'),
    logs: join(root, 'logs'),
    system: join(root, 'system.json'),
    key: join(root, 'state-machines', 'key'),
    pagePort: join(root, 'page-port'),
  };
}

/**
 * Makes the folders that are missing and proves that the folder can be written, before anything depends on it.
 *
 * Errors: `StoreUnavailable` when the folder is read-only, full or no folder at all; `InvalidInput` when a link is in it.
 */
export async function makeDataFolder(path: string): Promise<DataFolder> {
  const folder = dataFolder(path);
  const probe = join(folder.root, `.probe-${randomUUID()}`);
  try {
    await refuseLinks(folder.root);
    for (const part of [
      'dynamodb',
      'state-machines',
      'events',
      'artifacts',
      'targets',
      'flags',
      'work',
      'logs',
    ]) {
      await mkdir(join(folder.root, part), { recursive: true, mode: 0o700 });
    }
    await writeFile(probe, 'x'.repeat(4096), { mode: 0o600, flush: true });
    await keepOutOfVersionControl(folder);
  } catch (thrown) {
    throw thrown instanceof NoneventError ? thrown : diskFailure('use the data folder', folder.root, thrown);
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
  return folder;
}

/** We make no links, so one that is there was put there for us to write through, into files of somebody else. */
async function refuseLinks(root: string): Promise<void> {
  for (const inside of await entriesOf(root)) {
    const path = join(root, inside.name);
    const entries = inside.isDirectory() ? await entriesOf(path) : [];
    const link = inside.isSymbolicLink() ? inside : entries.find((entry) => entry.isSymbolicLink());
    if (link === undefined) continue;
    const place = link === inside ? path : join(path, link.name);
    throw new NoneventError('InvalidInput', `${place} is a link, and a data folder has none`, {
      fields: { path: place },
      hint: 'look who put it there, then remove it; to keep the whole folder elsewhere, name that with --data',
    });
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}

async function keepOutOfVersionControl(folder: DataFolder): Promise<void> {
  try {
    await writeFile(join(folder.root, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
  }
}
