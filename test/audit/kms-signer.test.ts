import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sealHandler } from '../../functions/seal.ts';
import { createKmsSigner } from '../../lib/audit/kms-signer.ts';
import { P256_ORDER, p256Signature } from '../../lib/audit/p256-signature.ts';
import { sealHash } from '../../lib/audit/seal.ts';
import { sealKey } from '../../lib/audit/seal-copy.ts';
import { isSigned } from '../../lib/audit/signer.ts';
import { verifyHistory } from '../../lib/audit/verify-history.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import { fakeKms, isOfKey, signatureOf } from '../aws/kms.ts';
import { fakeS3 } from '../aws/s3.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { verifyBoth } from './both-verifiers.ts';
import { bundleOf, NOW } from './sample-bundle.ts';
import { FIRST_STREAM, SUCCEEDS, write, writeSampleHistory } from './sample-history.ts';
import { temporarySigner } from './temporary-signer.ts';

let dynalite: Dynalite;
let folder: string;
beforeAll(async () => {
  dynalite = await startDynalite();
  folder = await mkdtemp(join(tmpdir(), 'nonevent-kms-'));
});
afterAll(async () => {
  await dynalite.stop();
  await rm(folder, { recursive: true });
});

/** A function that seals a table with a key in KMS and keeps copies in a bucket. */
async function sealing() {
  const [kms, s3] = [await fakeKms(), await fakeS3({ buckets: ['seals'], locked: ['seals'] })];
  const [client, table] = [dynalite.client(), await dynalite.newTable()];
  const store = createDynamoDBEventStore({ client, table, now: () => NOW });
  const lines: string[] = [];
  const seal = sealHandler({
    client,
    table,
    store,
    now: () => NOW,
    signer: () => createKmsSigner(kms.client, kms.keyId),
    copies: { client: s3.client, bucket: 'seals' },
    log: (line) => lines.push(line),
  });
  return { kms, s3, client, table, store, lines, seal };
}

const keys = (s3: { readonly objects: ReadonlyMap<string, unknown> }) => [...s3.objects.keys()];

it('signs texts of any length, in the one form that verifiers take', async () => {
  const kms = await fakeKms();
  const signer = await createKmsSigner(kms.client, kms.keyId);
  expect(signer.publicKey).toMatch(/^0[23][0-9a-f]{64}$/);
  for (const text of ['', 'a', 'é'.repeat(100_000)]) {
    const signature = await signer.sign(text);
    expect(signature).toMatch(/^[0-9a-f]{128}$/);
    expect(BigInt(`0x${signature.slice(64)}`) <= P256_ORDER / 2n).toBe(true);
    expect(isSigned(text, signer.publicKey, signature)).toBe(true);
    expect(isSigned(`${text}.`, signer.publicKey, signature)).toBe(false);
  }
});

it('takes the DER form of every signature, and nothing else', () => {
  const message = Buffer.from('a seal');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 71 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const der = signatureOf(message);
      expect(p256Signature(der)).toMatch(/^[0-9a-f]{128}$/);
      const changed = Buffer.from(der);
      const place = at % der.length;
      changed[place] = (changed[place] ?? 0) ^ bits;
      // What can still be read is another signature, which is none of the key.
      try {
        p256Signature(changed);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RangeError);
      }
      expect(isOfKey(message, changed)).toBe(false);
    }),
    { numRuns: 200 },
  );
  expect(() => p256Signature(Buffer.alloc(0))).toThrow('0 bytes are no ECDSA signature on P-256 in DER');
});

it('takes no signature of another algorithm, key or form for one', async () => {
  const kms = await fakeKms();
  const signer = await createKmsSigner(kms.client, kms.keyId);
  const [text, other] = ['a seal', temporarySigner()];
  const signature = await signer.sign(text);
  const high = P256_ORDER - BigInt(`0x${signature.slice(64)}`);
  const twin = `${signature.slice(0, 64)}${high.toString(16).padStart(64, '0')}`;
  const negated = `${signer.publicKey.startsWith('02') ? '03' : '02'}${signer.publicKey.slice(2)}`;
  expect(isSigned(text, other.publicKey, signature)).toBe(false);
  expect(isSigned(text, signer.publicKey, await other.sign(text))).toBe(false);
  expect(isSigned(text, signer.publicKey, twin)).toBe(false);
  expect(isSigned(text, negated, signature)).toBe(false);
  expect(isSigned(text, signer.publicKey.slice(2), signature)).toBe(false);
  expect(isSigned(text, `02${'f'.repeat(64)}`, signature)).toBe(false);
  expect(isSigned(text, signer.publicKey, '0'.repeat(128))).toBe(false);
  expect(isSigned(text, signer.publicKey, signature.slice(0, 126))).toBe(false);
});

it('gives no signature on that is not one of its key, and says what KMS refuses', async () => {
  const kms = await fakeKms();
  const signer = await createKmsSigner(kms.client, kms.keyId);
  kms.rules.lies = true;
  await expect(signer.sign('a seal')).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: `cannot sign with the key ${kms.keyId}: Error: its signature is not one of its public key`,
  });
  kms.rules.refuse = 'DisabledException';
  await expect(signer.sign('a seal')).rejects.toThrow('DisabledException: no');
  await expect(createKmsSigner(kms.client, kms.keyId)).rejects.toThrow('DisabledException: no');
  kms.rules.refuse = undefined;
  kms.rules.spec = 'RSA_2048';
  await expect(createKmsSigner(kms.client, kms.keyId)).rejects.toThrow(
    'it is a key RSA_2048 for SIGN_VERIFY, expected ECC_NIST_P256 for SIGN_VERIFY',
  );
});

it('seals a history whose bundles both verifiers find sound, and every change of a signature', async () => {
  const { client, table, store, seal, s3 } = await sealing();
  await write(store, FIRST_STREAM, SUCCEEDS.slice(0, 6));
  expect(await seal({})).toMatchObject({ seal: 1, copied: 1, findings: 0 });
  await write(store, FIRST_STREAM, SUCCEEDS.slice(6));
  await writeSampleHistory(store, [FIRST_STREAM]);
  expect(await seal({})).toMatchObject({ seal: 2, copied: 1 });
  const report = await verifyHistory({ client, table, now: NOW });
  expect(report).toMatchObject({ findings: [], seals: 2 });
  expect(keys(s3)).toEqual(['seals/seals/000000000001.json', 'seals/seals/000000000002.json']);

  const bundle = (await bundleOf(client, table, { kind: 'all' })).join('');
  const key = report.newestSeal?.publicKey ?? '';
  const signature = /"signature":"([0-9a-f]{128})"/.exec(bundle)?.[1] ?? '';
  const changed = (from: number): string => {
    const digit = signature[from] === '0' ? '1' : '0';
    return bundle.replace(signature, `${signature.slice(0, from)}${digit}${signature.slice(from + 1)}`);
  };
  const twin = (P256_ORDER - BigInt(`0x${signature.slice(64)}`)).toString(16).padStart(64, '0');
  const verdicts = await verifyBoth(folder, [
    bundle,
    changed(0),
    changed(63),
    changed(64),
    changed(127),
    bundle.replace(signature, `${signature.slice(0, 64)}${twin}`),
    bundle.replaceAll(key, key.startsWith('02') ? `03${key.slice(2)}` : `02${key.slice(2)}`),
    bundle.replaceAll(key, key.slice(2)),
  ]);
  expect(verdicts.map(({ ours, theirs }) => [ours.problem === undefined, theirs.sound])).toEqual([
    [true, true],
    ...Array.from({ length: 7 }, () => [false, false]),
  ]);
  expect(verdicts.slice(1).map(({ ours, theirs }) => [ours.problem?.line, theirs.line])).toEqual(
    Array.from({ length: 7 }, () => [2, 2]),
  );
});

it('copies what is not kept yet, oldest first, and nothing twice', async () => {
  const { store, s3, seal } = await sealing();
  await write(store, FIRST_STREAM, SUCCEEDS.slice(0, 2));
  s3.faults.push([503, 'SlowDown']);
  await expect(seal({})).rejects.toMatchObject({ name: 'StoreUnavailable' });
  expect(await seal({})).toMatchObject({ seal: 2, copied: 2 });
  expect(s3.requests.filter((one) => one.startsWith('PUT'))).toEqual([
    `PUT seals/${sealKey(1)}`,
    `PUT seals/${sealKey(2)}`,
  ]);
  const copy = JSON.parse(s3.objects.get(`seals/${sealKey(2)}`)?.body.toString() ?? '{}');
  const { commits } = await store.load('seal#2');
  expect(copy).toEqual({ hash: sealHash(copy.seal), seal: commits[0]?.events[0]?.data });
});

it('finds that the table was set back, as the bucket keeps another seal of that number', async () => {
  const [before, after] = [await sealing(), await sealing()];
  await write(before.store, FIRST_STREAM, SUCCEEDS.slice(0, 2));
  await before.seal({});
  for (const [key, object] of before.s3.objects) after.s3.objects.set(key, object);
  await write(after.store, FIRST_STREAM, SUCCEEDS.slice(0, 3));
  await expect(after.seal({})).rejects.toMatchObject({
    name: 'HistoryCorrupt',
    message:
      'seal#1 of the history is another one than its copy s3://seals/seals/000000000001.json: the history was set back or written anew',
  });
});
