import { generateKeyPairSync, sign } from 'node:crypto';
import type { Signer } from '../../lib/audit/signer.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');

/** A signer whose key is gone when the test ends; always the same within one process. */
export function temporarySigner(): Signer {
  return {
    publicKey: x,
    sign: async (text) => sign(null, Buffer.from(text), privateKey).toString('hex'),
  };
}
