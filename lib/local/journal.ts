import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { codeOf, diskFailure } from './disk-failure.ts';
import { syncFolder, writeAtomically } from './write-atomically.ts';

/** An append-only file of JSON lines. */
export type Journal<Entry> = {
  /** Resolves when the entry is durable. An entry that was refused is not in the file. Errors: `StoreUnavailable`. */
  readonly append: (entry: Entry) => Promise<void>;
  /** Waits for what is being written. */
  readonly close: () => Promise<void>;
};

export type OpenJournal<Entry> = {
  readonly journal: Journal<Entry>;
  /** What the file held when it was opened, in the order it was written. */
  readonly entries: readonly Entry[];
};

/**
 * Opens a journal. A torn last line was never acknowledged, so it is cut off. With `retain`, the file is first rewritten
 * to the entries that are still of use; they are what is returned.
 *
 * Errors: `HistoryCorrupt` with the line that cannot be read; `StoreUnavailable`.
 */
export async function openJournal<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  retain?: (entries: readonly z.output<Schema>[]) => readonly z.output<Schema>[],
): Promise<OpenJournal<z.output<Schema>>> {
  const { entries, bytes } = await readEntries(path, schema);
  const kept = retain?.(entries) ?? entries;
  const isShorter = kept.length < entries.length;
  if (isShorter) await writeAtomically(path, kept.map(lineOf).join(''));
  const length = isShorter ? Buffer.byteLength(kept.map(lineOf).join('')) : bytes;
  return { journal: await appendTo(path, length), entries: kept };
}

/**
 * What a journal holds, for a reader beside the one who writes it. Nothing is written.
 *
 * Errors: `HistoryCorrupt` with the line that cannot be read; `StoreUnavailable`.
 */
export async function readJournal<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<readonly z.output<Schema>[]> {
  return (await readEntries(path, schema)).entries;
}

async function readEntries<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<{ readonly entries: readonly z.output<Schema>[]; readonly bytes: number }> {
  const content = await contentOf(path);
  const bytes = content.lastIndexOf(NEW_LINE) + 1;
  const lines = content.subarray(0, bytes).toString('utf8').split('\n').slice(0, -1);
  return { entries: lines.map((line, index) => entryIn(line, index + 1, path, schema)), bytes };
}

const NEW_LINE = 0x0a;

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return Buffer.alloc(0);
    throw diskFailure('read', path, thrown);
  }
}

function entryIn<Schema extends z.ZodType>(
  line: string,
  number: number,
  path: string,
  schema: Schema,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(line));
  } catch (thrown) {
    throw new NoneventError(
      'HistoryCorrupt',
      `line ${number} of ${path} cannot be read: ${messageOf(thrown).slice(0, 200)}`,
      {
        fields: { path, line: number },
        hint: 'move the file away and start again: histories are kept elsewhere, and open deployments are driven on',
        cause: thrown,
      },
    );
  }
}

function lineOf(entry: unknown): string {
  return `${JSON.stringify(entry)}\n`;
}

type Waiting = {
  readonly line: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

async function appendTo<Entry>(path: string, acknowledged: number): Promise<Journal<Entry>> {
  let length = acknowledged;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let broken: NoneventError | undefined;
  const file = await openAt(path, length);

  /** Entries that arrive while others are being written share the next sync. */
  const writeAll = async (): Promise<void> => {
    // Never ends before its promise is assigned.
    await undefined;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const refusal = broken ?? (await write(Buffer.concat(batch.map((entry) => entry.line))));
      for (const entry of batch) refusal === undefined ? entry.resolve() : entry.reject(refusal);
    }
    writing = undefined;
  };

  const write = async (bytes: Buffer): Promise<NoneventError | undefined> => {
    try {
      await writeFully(file, bytes, length);
      await file.datasync();
      length += bytes.length;
      return undefined;
    } catch (thrown) {
      const failure = diskFailure('write', path, thrown);
      // Half an entry would spoil the one after it. Where it cannot be cut off, nothing may follow.
      await file.truncate(length).catch(() => {
        broken = failure;
      });
      return failure;
    }
  };

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ line: Buffer.from(lineOf(entry)), resolve, reject });
        writing ??= writeAll();
      }),
    close: async () => {
      await writing;
      await file.close();
    },
  };
}

async function openAt(path: string, length: number): Promise<FileHandle> {
  try {
    const file = await open(path, 'a+', 0o600).then(async (created) => {
      await created.close();
      return open(path, 'r+');
    });
    await file.truncate(length);
    await file.sync();
    await syncFolder(dirname(path));
    return file;
  } catch (thrown) {
    throw diskFailure('open', path, thrown);
  }
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
