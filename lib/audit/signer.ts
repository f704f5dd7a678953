import { Buffer } from 'node:buffer';
import { createPublicKey, ECDH, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { P256_ORDER } from './p256-signature.ts';

/** Whoever holds the signing key: a file on one machine, a key service elsewhere. The key itself never leaves it. */
export type Signer = {
  /**
   * The 32 bytes of an Ed25519 key, as 64 hexadecimal digits; or the 33 bytes of a compressed P-256 point, as 66 of them. So the key
   * says by its form how its signatures are made, and none can pass for one of the other kind.
   */
  readonly publicKey: string;
  /**
   * The signature over a text's UTF-8, as 128 hexadecimal digits: pure Ed25519 (RFC 8032), or ECDSA with SHA-256 (FIPS 186-5), r and
   * then s, of the two possible values of s the lower one.
   */
  readonly sign: (text: string) => Promise<string>;
};

/** Whether a text was signed with the key. Anything that is no key or no signature has not signed it. */
export function isSigned(text: string, publicKey: string, signature: string): boolean {
  try {
    const bytes = Buffer.from(signature, 'hex');
    if (publicKey.length === 64) return verify(null, Buffer.from(text), ed25519Key(publicKey), bytes);
    if (!isLow(bytes)) return false;
    const key = { key: p256Key(publicKey), dsaEncoding: 'ieee-p1363' } as const;
    return verify('sha256', Buffer.from(text), key, bytes);
  } catch {
    return false;
  }
}

function ed25519Key(hex: string): KeyObject {
  return imported({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').toString('base64url') });
}

function p256Key(hex: string): KeyObject {
  const point = ECDH.convertKey(hex, 'prime256v1', 'hex', undefined, 'uncompressed') as Buffer;
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  return imported({ kty: 'EC', crv: 'P-256', x, y });
}

function imported(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

/** Each signature has a twin with another s. Only one of them counts, so that no byte of a seal can be changed. */
function isLow(signature: Buffer): boolean {
  return BigInt(`0x${signature.subarray(32).toString('hex')}`) <= P256_ORDER / 2n;
}
