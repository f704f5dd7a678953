import { hash } from 'node:crypto';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Checkpoint, type DonePart, donePart, mark } from '../../audit/parallel/checkpoint.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Surroundings } from '../settings.ts';
import { stateFolder } from './known-seals.ts';

/**
 * Where a verification of a data folder was interrupted: a file with what it was about on its first line, and a line for each part
 * that is done. Kept among the user's own state, beside the newest seal that was verified, and for the same reason: whoever
 * may write the data folder must not be able to say what need not be read.
 */
export function resumeFileOf(data: string, { environment }: Pick<Surroundings, 'environment'>): Checkpoint {
  const path = join(stateFolder(environment), `verify-${hash('sha256', data).slice(0, 20)}.jsonl`);
  const write = (act: () => Promise<unknown>): Promise<void> =>
    act().then(
      () => undefined,
      (cause: unknown) => {
        throw new NoneventError(
          'StoreUnavailable',
          `cannot keep how far the verification is, in ${path}: ${messageOf(cause)}`,
          { fields: { path }, hint: 'mend the folder, or verify with --no-resume', cause },
        );
      },
    );
  return {
    async read() {
      const [first = '', ...rest] = await readFile(path, 'utf8').then(
        (text) => text.split('\n'),
        () => [],
      );
      const header = mark.safeParse(parsed(first));
      return header.success ? { mark: header.data, done: partsIn(rest) } : undefined;
    },
    begin: (content) =>
      write(async () => {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(path, `${JSON.stringify(content)}\n`, { mode: 0o600 });
      }),
    add: (part) => write(() => appendFile(path, `${JSON.stringify(part)}\n`)),
    clear: () => write(() => rm(path, { force: true })),
  };
}

/** Up to the first line that cannot be read: the last one may have been cut off when the process was killed. */
function partsIn(lines: readonly string[]): readonly DonePart[] {
  const parts = new Map<number, DonePart>();
  for (const line of lines) {
    const part = donePart.safeParse(parsed(line));
    if (!part.success) break;
    parts.set(part.data.part, part.data);
  }
  return [...parts.values()];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
