import { Buffer } from 'node:buffer';

/** The order of the group of P-256 (FIPS 186-5; SP 800-186, section 3.2.1.3). */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * The one text of an ECDSA signature on P-256: r and s, 32 bytes each, with the lower s, as 128 hexadecimal digits. Key services give
 * the DER form of RFC 3279, section 2.2.3, with any s.
 *
 * Errors: `RangeError` for what is no such signature.
 */
export function p256Signature(der: Uint8Array): string {
  const bytes = Buffer.from(der);
  const [r, s] = integersOf(bytes);
  const low = s > P256_ORDER / 2n ? P256_ORDER - s : s;
  return `${hexOf(r)}${hexOf(low)}`;
}

function integersOf(bytes: Buffer): readonly [bigint, bigint] {
  // Of 72 bytes at most, so each length is one byte.
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) throw noSignature(bytes);
  const [r, next] = integerAt(bytes, 2);
  const [s, end] = integerAt(bytes, next);
  if (end !== bytes.length) throw noSignature(bytes);
  return [r, s];
}

function integerAt(bytes: Buffer, at: number): readonly [bigint, number] {
  const length = bytes[at + 1] ?? 0;
  const content = bytes.subarray(at + 2, at + 2 + length);
  if (bytes[at] !== 0x02 || length === 0 || content.length !== length) throw noSignature(bytes);
  const value = BigInt(`0x${content.toString('hex')}`);
  if (value <= 0n || value >= P256_ORDER) throw noSignature(bytes);
  return [value, at + 2 + length];
}

function hexOf(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

function noSignature(bytes: Buffer): RangeError {
  return new RangeError(`${bytes.length} bytes are no ECDSA signature on P-256 in DER`);
}
