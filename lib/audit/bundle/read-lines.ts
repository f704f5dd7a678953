import { Buffer } from 'node:buffer';

/** A line of a file without its line break, or why it is none. Numbers begin at 1. */
export type RawLine =
  | { readonly number: number; readonly bytes: Buffer }
  | { readonly number: number; readonly problem: string };

/**
 * Splits bytes into lines and keeps no more than one in memory. The last one given has a problem where the bytes do not end
 * with a line break, or where a line is longer than the limit; nothing follows it.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  limit: number,
): AsyncGenerator<RawLine> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 1;
  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      const bytes = Buffer.concat([rest, chunk.subarray(begin, end)]);
      if (bytes.length > limit) return yield { number, problem: tooLong(limit) };
      yield { number, bytes };
      rest = Buffer.alloc(0);
      begin = end + 1;
      number += 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(begin)]);
    if (rest.length > limit) return yield { number, problem: tooLong(limit) };
  }
  if (rest.length > 0) yield { number, problem: 'it is cut off: it does not end with a line break' };
}

function tooLong(limit: number): string {
  return `it is longer than ${limit} bytes`;
}
