import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createArtifactStore } from '../../lib/artifacts/artifact-store.ts';
import { artifactKey, createS3Artifacts } from '../../lib/artifacts/s3-artifacts.ts';
import type { Digest } from '../../lib/pipeline/release.ts';
import { type FakeS3, fakeS3 } from '../aws/s3.ts';
import { temporaryFolder } from '../stages/temporary-folder.ts';

async function sample() {
  const [source, temporary, copies] = [
    await temporaryFolder(),
    await temporaryFolder(),
    await temporaryFolder(),
  ];
  await mkdir(join(source, 'lib'));
  await writeFile(join(source, 'server.js'), 'listen()');
  await writeFile(join(source, 'lib/large.bin'), Buffer.alloc(3_000_001, 'x'));
  return { source, temporary, copy: join(copies, 'copy'), copies };
}

function storeOf(s3: FakeS3, temporary: string, bucket = 'artifacts') {
  return createS3Artifacts({ client: s3.client, bucket, temporary, pauseMs: 1 });
}

const ZERO = `sha256:${'0'.repeat(64)}` as Digest;

it('keeps what it packs under the digest that the local store gives it, and unpacks it again', async () => {
  const { source, temporary, copy } = await sample();
  const s3 = await fakeS3();
  const artifact = await storeOf(s3, temporary).pack(source, 'nothing');
  expect(artifact).toBe(await createArtifactStore(await temporaryFolder()).pack(source, 'nothing'));
  expect([...s3.objects.keys()]).toEqual([`artifacts/artifacts/${artifact.replace(':', '-')}.tar`]);
  await storeOf(s3, temporary).unpack(artifact, copy);
  expect(await readFile(join(copy, 'server.js'), 'utf8')).toBe('listen()');
  expect((await readFile(join(copy, 'lib/large.bin'))).length).toBe(3_000_001);
  expect(await readdir(temporary)).toEqual([]);
});

it('never replaces an object: packing the same content again changes nothing', async () => {
  const { source, temporary } = await sample();
  const s3 = await fakeS3();
  const artifact = await storeOf(s3, temporary).pack(source, 'nothing');
  const first = s3.objects.get(`artifacts/${artifactKey(artifact)}`);
  expect(await storeOf(s3, temporary).pack(source, 'nothing')).toBe(artifact);
  expect(s3.objects.get(`artifacts/${artifactKey(artifact)}`)).toBe(first);
});

it('sends an upload again that met another one, throttling or a fault of S3', async () => {
  const { source, temporary } = await sample();
  const s3 = await fakeS3();
  s3.faults.push([409, 'ConditionalRequestConflict'], [503, 'SlowDown'], [500, 'InternalError']);
  const artifact = await storeOf(s3, temporary).pack(source, 'nothing');
  expect(s3.objects.get(`artifacts/${artifactKey(artifact)}`)?.body.length).toBeGreaterThan(3_000_000);
  expect(s3.requests).toHaveLength(4);
});

it('gives up an upload after four attempts, and at once where S3 refuses it', async () => {
  const { source, temporary } = await sample();
  const s3 = await fakeS3();
  s3.faults.push(...Array.from({ length: 4 }, (): [number, string] => [503, 'SlowDown']));
  await expect(storeOf(s3, temporary).pack(source, 'nothing')).rejects.toMatchObject({
    code: 'ArtifactFailed',
    message: expect.stringMatching(/^bucket artifacts did not take artifact sha256:[0-9a-f]{64}: SlowDown/),
  });
  await expect(storeOf(s3, temporary, 'elsewhere').pack(source, 'nothing')).rejects.toThrow('NoSuchBucket');
  expect(s3.requests).toHaveLength(5);
  expect(await readdir(temporary)).toEqual([]);
});

it('finds that an object is not what it is named by, and unpacks nothing', async () => {
  const { source, temporary, copy, copies } = await sample();
  const s3 = await fakeS3();
  const artifact = await storeOf(s3, temporary).pack(source, 'nothing');
  const key = `artifacts/${artifactKey(artifact)}`;
  const whole = s3.objects.get(key)?.body ?? Buffer.alloc(0);
  const flipped = Buffer.from(whole);
  flipped[2_000_000] = 0;
  for (const body of [flipped, whole.subarray(0, 1_000_000), Buffer.from('no archive'), Buffer.alloc(0)]) {
    s3.objects.set(key, { body, headers: {} });
    await expect(storeOf(s3, temporary).unpack(artifact, copy)).rejects.toMatchObject({
      code: 'ArtifactFailed',
      message: expect.stringMatching(
        /^artifact sha256:\w+ is damaged: its bytes have the digest sha256:\w+$/,
      ),
      hint: `somebody changed s3://${key}: delete that object, then deploy again`,
    });
  }
  expect(await readdir(copies)).toEqual([]);
});

it('gives nothing to a bucket of another account, and takes nothing from it', async () => {
  const { source, temporary, copy } = await sample();
  const s3 = await fakeS3({ buckets: ['artifacts', 'theirs'], owners: { theirs: '999999999999' } });
  const theirs = createS3Artifacts({
    client: s3.client,
    bucket: 'theirs',
    account: '123456789012',
    temporary,
  });
  await expect(theirs.pack(source, 'nothing')).rejects.toMatchObject({
    code: 'ArtifactFailed',
    message: expect.stringMatching(/^bucket theirs did not take artifact \S+: AccessDenied/),
  });
  const artifact = await storeOf(s3, temporary).pack(source, 'nothing');
  const key = artifactKey(artifact);
  s3.objects.set(
    `theirs/${key}`,
    s3.objects.get(`artifacts/${key}`) ?? { body: Buffer.alloc(0), headers: {} },
  );
  await expect(theirs.unpack(artifact, copy)).rejects.toThrow('bucket theirs did not give artifact');
});

it('reads nothing of an object that is larger than any artifact', async () => {
  const { temporary, copy } = await sample();
  const s3 = await fakeS3();
  const large = { body: Buffer.from('begins'), headers: {}, length: 5_000_000_000 };
  s3.objects.set(`artifacts/${artifactKey(ZERO)}`, large);
  await expect(storeOf(s3, temporary).unpack(ZERO, copy)).rejects.toMatchObject({
    code: 'ArtifactFailed',
    message: `artifact ${ZERO} has 5000000000 bytes: expected at most 3785883648`,
  });
});

it('tells an artifact that is not there from a bucket that is not and from missing permissions', async () => {
  const { temporary, copy } = await sample();
  const s3 = await fakeS3();
  await expect(storeOf(s3, temporary).unpack(ZERO, copy)).rejects.toMatchObject({
    code: 'ArtifactFailed',
    message: `artifact ${ZERO} is not kept here`,
  });
  await expect(storeOf(s3, temporary, 'elsewhere').unpack(ZERO, copy)).rejects.toThrow(
    `bucket elsewhere did not give artifact ${ZERO}: NoSuchBucket: NoSuchBucket`,
  );
  s3.faults.push([403, 'AccessDenied'], [403, 'AccessDenied']);
  await expect(storeOf(s3, temporary).unpack(ZERO, copy)).rejects.toMatchObject({
    message: `bucket artifacts did not give artifact ${ZERO}: AccessDenied: AccessDenied`,
    hint: 'look whether the bucket is there and whether this role may read and write artifacts/ in it',
  });
});
