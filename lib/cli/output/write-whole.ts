import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

/**
 * Writes a file: it is there whole, or as it was before.
 *
 * Errors: `StoreUnavailable` where it cannot be written.
 */
export async function writeWhole(
  file: string,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await pipeline(Readable.from(lines), createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, file);
  } catch (thrown) {
    await rm(temporary, { force: true });
    if (thrown instanceof NoneventError) throw thrown;
    throw new NoneventError('StoreUnavailable', `cannot write ${file}: ${messageOf(thrown)}`, {
      hint: 'name another file, or make room',
      cause: thrown,
    });
  }
}
