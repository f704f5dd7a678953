import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { serve } from './serve.ts';

export type FakeKms = {
  readonly client: KMSClient;
  readonly keyId: string;
  readonly requests: string[];
  readonly rules: {
    /** The error of every answer. */
    refuse: string | undefined;
    /** What the key is said to be. */
    spec: string;
    /** Gives a signature of something else. */
    lies: boolean;
  };
};

type Asked = {
  readonly KeyId: string;
  readonly Message?: string;
  readonly MessageType?: string;
  readonly SigningAlgorithm?: string;
};

/** Other programs of this process find the same key, as a bundle has to have one key throughout. */
const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/**
 * AWS KMS with one asymmetric key of the spec ECC_NIST_P256: GetPublicKey and Sign
 * (https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html, API_GetPublicKey.html). A message is at most 4096 bytes; of the type
 * DIGEST it has the length of the algorithm's digest. A signature is DER, as RFC 3279 has it, with whatever s comes.
 */
export async function fakeKms(atEnd?: (close: () => Promise<void>) => void): Promise<FakeKms> {
  const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const requests: string[] = [];
  const rules: FakeKms['rules'] = { refuse: undefined, spec: 'ECC_NIST_P256', lies: false };
  const service = await serve(({ headers, body }) => {
    const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
    requests.push(operation);
    const asked = JSON.parse(body.toString()) as Asked;
    const answer =
      rules.refuse ?? (asked.KeyId.replace(/^arn:.*:key\//, '') === keyId ? undefined : 'NotFoundException');
    if (answer !== undefined) return failure(answer);
    if (operation === 'GetPublicKey') {
      const PublicKey = KEY.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
      return json({ KeyId: keyId, PublicKey, KeySpec: rules.spec, KeyUsage: 'SIGN_VERIFY' });
    }
    return signing(asked, rules.lies);
  }, atEnd);
  return { client: new KMSClient({ ...service, maxAttempts: 1 }), keyId, requests, rules };
}

function signing({ Message = '', MessageType, SigningAlgorithm }: Asked, lies: boolean) {
  const message = Buffer.from(Message, 'base64');
  if (SigningAlgorithm !== 'ECDSA_SHA_256') return failure('ValidationException');
  if (message.length === 0 || message.length > 4096) return failure('ValidationException');
  if (MessageType === 'DIGEST' && message.length !== 32) return failure('ValidationException');
  const digest = MessageType === 'DIGEST' ? message : createHash('sha256').update(message).digest();
  return json({ Signature: signDigest(lies ? randomBytes(32) : digest).toString('base64') });
}

/** Node signs messages and no digests, so the signature is made from its parts: (k G).x, and (digest + r d) / k. */
function signDigest(digest: Buffer): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const nonce = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const r = numberOf(nonce.publicKey, 'x') % order;
  const k = numberOf(nonce.privateKey, 'd');
  const d = numberOf(KEY.privateKey, 'd');
  const s = (inverse(k, order) * (BigInt(`0x${digest.toString('hex')}`) + r * d)) % order;
  return der(r, s);
}

function numberOf(key: KeyObject, part: 'x' | 'd'): bigint {
  return BigInt(`0x${Buffer.from(key.export({ format: 'jwk' })[part] ?? '', 'base64url').toString('hex')}`);
}

/** By Fermat: the order is a prime. */
function inverse(value: bigint, prime: bigint): bigint {
  let [result, base, exponent] = [1n, value % prime, prime - 2n];
  for (; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % prime;
    base = (base * base) % prime;
  }
  return result;
}

function der(r: bigint, s: bigint): Buffer {
  const integers = [r, s].map((value) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([0x02, signed.length]), signed]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

function json(body: object) {
  return { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}

function failure(type: string) {
  return { ...json({ __type: type, message: 'no' }), status: 400 };
}

/** Whether a DER signature is one of the key over a message: by Node's own code, which had no part in making it. */
export function isOfKey(message: Buffer, signature: Buffer): boolean {
  return verify('sha256', message, KEY.publicKey, signature);
}

/** A DER signature of the key over a message, made by Node. */
export function signatureOf(message: Buffer): Buffer {
  return sign('sha256', message, KEY.privateKey);
}
