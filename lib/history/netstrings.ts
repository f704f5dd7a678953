import { Buffer } from 'node:buffer';

/**
 * Fields written one after the other so that no two lists of fields have the same bytes: `5:hello,0:,`.
 * Lengths count the bytes of the field's UTF-8.
 *
 * Source: D. J. Bernstein, Netstrings, https://cr.yp.to/proto/netstrings.txt
 */
export function netstrings(fields: readonly string[]): string {
  let text = '';
  for (const field of fields) text += `${Buffer.byteLength(field)}:${field},`;
  return text;
}
