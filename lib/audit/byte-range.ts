import { Buffer } from 'node:buffer';

/** Bytes of a commit's body in UTF-8: from the first one, up to but not including `to`. */
export type ByteRange = { readonly from: number; readonly to: number };

/** Whole strings, so that what is written in them is not taken for structure. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},]/g;

/**
 * Where in a body one of its events is written. The body is JSON text that has been parsed before.
 *
 * `undefined` where the list has no such element.
 */
export function byteRangeOf(body: string, index: number): ByteRange | undefined {
  let depth = 0;
  let element = 0;
  let from = body.indexOf('[') + 1;
  for (const { 0: token, index: at } of body.matchAll(TOKENS)) {
    if (depth === 1 && (token === ',' || token === ']')) {
      if (element === index) return inBytes(body, from, at);
      element += 1;
      from = at + 1;
    }
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth -= 1;
  }
  return undefined;
}

function inBytes(body: string, from: number, to: number): ByteRange {
  const before = Buffer.byteLength(body.slice(0, from));
  return { from: before, to: before + Buffer.byteLength(body.slice(from, to)) };
}
