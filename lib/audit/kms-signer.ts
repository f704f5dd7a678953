import { Buffer } from 'node:buffer';
import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { messageOf, NoneventError, nameOf } from '../nonevent-error.ts';
import { p256Signature } from './p256-signature.ts';
import { isSigned, type Signer } from './signer.ts';

/**
 * The signer whose key is in AWS KMS: of the spec ECC_NIST_P256, for signing. KMS signs the SHA-256 of a text, as it takes no more than
 * 4096 bytes itself; each signature is verified before it is given on.
 *
 * Errors: `StoreUnavailable` when KMS cannot be reached, refuses, or has a key of another kind.
 */
export async function createKmsSigner(client: KMSClient, keyId: string): Promise<Signer> {
  const publicKey = await publicKeyOf(client, keyId);
  return {
    publicKey,
    async sign(text) {
      const signature = await signed(client, keyId, text);
      if (isSigned(text, publicKey, signature)) return signature;
      throw unusable(keyId, new Error('its signature is not one of its public key'));
    },
  };
}

async function publicKeyOf(client: KMSClient, keyId: string): Promise<string> {
  try {
    const { PublicKey, KeySpec, KeyUsage } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    if (KeySpec !== 'ECC_NIST_P256' || KeyUsage !== 'SIGN_VERIFY' || PublicKey === undefined) {
      throw new Error(`it is a key ${KeySpec} for ${KeyUsage}, expected ECC_NIST_P256 for SIGN_VERIFY`);
    }
    return compressed(PublicKey);
  } catch (thrown) {
    throw unusable(keyId, thrown);
  }
}

/** A point by its x, and whether its y is odd (SEC 1, section 2.3.3). */
function compressed(subjectPublicKeyInfo: Uint8Array): string {
  const key = createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' });
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const isOdd = ((Buffer.from(y, 'base64url').at(-1) ?? 0) & 1) === 1;
  return `${isOdd ? '03' : '02'}${Buffer.from(x, 'base64url').toString('hex')}`;
}

async function signed(client: KMSClient, keyId: string, text: string): Promise<string> {
  try {
    const { Signature = new Uint8Array() } = await client.send(
      new SignCommand({
        KeyId: keyId,
        Message: createHash('sha256').update(text).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    return p256Signature(Signature);
  } catch (thrown) {
    throw unusable(keyId, thrown);
  }
}

function unusable(keyId: string, cause: unknown): NoneventError {
  const name = nameOf(cause);
  return new NoneventError(
    'StoreUnavailable',
    `cannot sign with the key ${keyId}: ${name}: ${messageOf(cause)}`,
    {
      fields: { keyId },
      hint: 'look whether the key is enabled and whether this role may use it; no other key can go on with the seals',
      cause,
    },
  );
}
