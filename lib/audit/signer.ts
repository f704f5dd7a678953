import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';

/** Whoever holds the signing key: a file on one machine, a key service elsewhere. The key itself never leaves it. */
export type Signer = {
  /** The 32 bytes of the Ed25519 public key, as 64 hexadecimal digits. */
  readonly publicKey: string;
  /** The signature over a text's UTF-8 (RFC 8032, pure Ed25519), as 128 hexadecimal digits. */
  readonly sign: (text: string) => Promise<string>;
};

/** Whether a text was signed with the key. Anything that is no key or no signature has not signed it. */
export function isSigned(text: string, publicKey: string, signature: string): boolean {
  try {
    const x = Buffer.from(publicKey, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}
