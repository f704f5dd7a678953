import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { RECORD_FILE, type TargetRecord, targetRecord } from './target-record.ts';

/** A target's record in memory and on disk, changed one step at a time. */
export type RecordFile = {
  current(): TargetRecord;
  /** Applies `change` to the current record. Returns once it is durable; where that fails nothing has changed. */
  update(change: (record: TargetRecord) => TargetRecord): Promise<void>;
};

/** Reads a target's record; `undefined` where there is none. A damaged one is an error: its processes may still run. */
export async function readRecord(folder: string): Promise<TargetRecord | undefined> {
  const file = join(folder, RECORD_FILE);
  try {
    return targetRecord.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : messageOf(thrown);
    throw new NoneventError('TargetFailed', `the target's state in ${file} cannot be read: ${reason}`, {
      fields: { file },
      hint: 'restore the file, or stop the processes of its revisions by hand and move its folder away',
      cause: thrown,
    });
  }
}

/** Takes care of a record from here on. Nothing is written until the first update. */
export function keepRecord(folder: string, initial: TargetRecord): RecordFile {
  let record = initial;
  let last: Promise<void> = Promise.resolve();

  return {
    current: () => record,
    update(change) {
      const step = last.then(async () => {
        const next = change(record);
        if (next === record) return;
        await writeAtomically(folder, next);
        record = next;
      });
      last = step.catch(() => undefined);
      return step;
    },
  };
}

/** A crash at any moment leaves either the old file or the new one: the bytes are on disk before the name points to them. */
async function writeAtomically(folder: string, record: TargetRecord): Promise<void> {
  const file = join(folder, RECORD_FILE);
  const draft = join(folder, `.${RECORD_FILE}.draft`);
  try {
    const handle = await open(draft, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(record, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await syncFolder(dirname(file));
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new NoneventError('TargetFailed', `the target's state cannot be written: ${messageOf(thrown)}`, {
      fields: { file },
      hint: 'make room on the disk or make the folder writable, then repeat',
      cause: thrown,
    });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
