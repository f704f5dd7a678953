import { createWriteStream, renameSync, type WriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { codeOf } from './disk-failure.ts';
import type { Invocation } from './functions.ts';

export type InvocationLog = {
  readonly write: (invocation: Invocation) => void;
  readonly close: () => Promise<void>;
};

const KEPT_BYTES = 10 * 1024 * 1024;

/** A file with one JSON line per invocation. Once it is large it is kept as `<path>.1` and begun anew. Losing it loses no fact. */
export async function openInvocationLog(
  path: string,
  onError: (error: unknown) => void,
  keptBytes = KEPT_BYTES,
): Promise<InvocationLog> {
  let bytes = await sizeOf(path);
  let file = append(path, onError);

  const beginAnew = (): void => {
    try {
      // What is still on its way to the old file goes on to it under its new name.
      renameSync(path, `${path}.1`);
      file.end();
      file = append(path, onError);
      bytes = 0;
    } catch (thrown) {
      onError(thrown);
    }
  };

  return {
    write: (invocation) => {
      if (!file.writable) return;
      const line = `${JSON.stringify(invocation)}\n`;
      file.write(line);
      bytes += Buffer.byteLength(line);
      if (bytes > keptBytes && !file.pending) beginAnew();
    },
    close: async () => {
      if (file.destroyed) return;
      file.end();
      await finished(file).catch(() => {});
    },
  };
}

function append(path: string, onError: (error: unknown) => void): WriteStream {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  file.on('error', onError);
  return file;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return 0;
    throw thrown;
  }
}
