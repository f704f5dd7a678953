import { Buffer } from 'node:buffer';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import type { Signer } from './signer.ts';

/** Where the signing key of a data folder is. */
export function signingKeyPath(folder: string): string {
  return join(folder, 'audit', 'signing-key.pem');
}

/**
 * The signer whose Ed25519 key is in a data folder, readable by its owner only. The key is made once, and never replaced.
 *
 * Errors: `StoreUnavailable` when the key can neither be read nor made.
 */
export async function openLocalSigner(folder: string): Promise<Signer> {
  const path = signingKeyPath(folder);
  const key = (await readKey(path)) ?? (await makeKey(path));
  return {
    publicKey: publicKeyOf(key),
    sign: async (text) => sign(null, Buffer.from(text), key).toString('hex'),
  };
}

async function readKey(path: string): Promise<KeyObject | undefined> {
  try {
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new Error(`it is a key of type ${key.asymmetricKeyType}, expected ed25519`);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable('read', path, thrown);
  }
}

/** A second process that makes one at the same time finds that there is one: a link never replaces a file. */
async function makeKey(path: string): Promise<KeyObject> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('ed25519');
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EEXIST') throw thrown;
    });
  } catch (thrown) {
    throw unusable('make', path, thrown);
  } finally {
    await rm(temporary, { force: true });
  }
  const made = await readKey(path);
  if (made !== undefined) return made;
  throw unusable('read', path, new Error('it is gone again'));
}

function publicKeyOf(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url').toString('hex');
}

function unusable(what: string, path: string, cause: unknown): NoneventError {
  return new NoneventError(
    'StoreUnavailable',
    `cannot ${what} the signing key ${path}: ${messageOf(cause)}`,
    { fields: { path }, hint: 'bring the key back from a backup, or mend the folder', cause },
  );
}
