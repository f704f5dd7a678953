import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { codeOf } from './disk-failure.ts';
import type { Invocation } from './functions.ts';

export type InvocationLog = {
  readonly write: (invocation: Invocation) => void;
  readonly close: () => Promise<void>;
};

const KEPT_BYTES = 10 * 1024 * 1024;

/** A file with one JSON line per invocation. Once it is large, the next start keeps it as `<path>.1`. Losing it loses no fact. */
export async function openInvocationLog(
  path: string,
  onError: (error: unknown) => void,
): Promise<InvocationLog> {
  await keepOld(path);
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  file.on('error', onError);
  return {
    write: (invocation) => {
      if (file.writable) file.write(`${JSON.stringify(invocation)}\n`);
    },
    close: async () => {
      if (file.destroyed) return;
      file.end();
      await finished(file).catch(() => {});
    },
  };
}

async function keepOld(path: string): Promise<void> {
  try {
    if ((await stat(path)).size > KEPT_BYTES) await rename(path, `${path}.1`);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  }
}
