import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, type S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { isServiceError } from '../aws/service-error.ts';
import { isPassing } from '../aws/service-failure.ts';
import { messageOf, NoneventError, nameOf } from '../nonevent-error.ts';
import type { Digest } from '../pipeline/release.ts';
import type { Artifacts } from './artifacts.ts';
import { type PackedFile, packToFile } from './packing/pack-to-file.ts';
import { LIMITS } from './packing/tree.ts';
import { artifactMissing, asArtifactFailure, unpackChecked } from './packing/unpack-checked.ts';

export type S3ArtifactsOptions = {
  readonly client: S3Client;
  readonly bucket: string;
  /** The account that the bucket has to belong to, 12 digits: names of buckets are the same for everybody. @default any */
  readonly account?: string;
  /** Where an archive is written before it is sent; it needs room for the largest one. @default the system's */
  readonly temporary?: string;
  /** The first pause before a refused upload is sent again, in milliseconds; it doubles. @default 200 */
  readonly pauseMs?: number;
};

/**
 * Keeps artifacts in a bucket, each as a tar archive under `artifacts/`, named by the SHA-256 of its bytes. An object is written
 * once and never replaced: S3 checks the digest of what it takes, and we that of what it gives.
 *
 * Errors: `ArtifactFailed`, with a `cause` where S3, the disk or git failed and without one where the content is refused.
 */
export function createS3Artifacts(options: S3ArtifactsOptions): Artifacts {
  return {
    async pack(source, ignored) {
      const folder = options.temporary ?? tmpdir();
      const file = join(folder, `nonevent-${randomUUID()}.tar`);
      try {
        await mkdir(folder, { recursive: true });
        const packed = await packToFile(source, ignored, file);
        await upload(options, file, packed);
        return packed.artifact;
      } catch (thrown) {
        throw asArtifactFailure(thrown, `${source} could not be packed`);
      } finally {
        await rm(file, { force: true });
      }
    },

    unpack(artifact, target) {
      const place = `s3://${options.bucket}/${artifactKey(artifact)}`;
      const archive = {
        read: () => bytesOf(options, artifact),
        place,
        mend: `somebody changed ${place}: delete that object, then deploy again`,
      };
      return unpackChecked(archive, artifact, target);
    },
  };
}

/**
 * Spread into the configuration of the client that artifacts are given. The SDK writes to the console of every upload whose answer is
 * an error, and that an object is there already is no error here.
 */
export const S3_CONFIG = {
  logger: { debug() {}, info() {}, warn() {}, error() {} },
} as const satisfies S3ClientConfig;

/** The key of an artifact in its bucket. */
export function artifactKey(artifact: Digest): string {
  return `artifacts/${artifact.replace(':', '-')}.tar`;
}

const ATTEMPTS_AT_MOST = 4;

/** The SDK does not repeat requests whose body is a stream, so we do, each time with a new one. */
async function upload(options: S3ArtifactsOptions, file: string, packed: PackedFile): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await put(options, file, packed);
    } catch (thrown) {
      if (isThere(thrown)) return;
      if (attempt >= ATTEMPTS_AT_MOST || !mayPass(thrown))
        throw s3Failed('take', packed.artifact, options, thrown);
      await pause((options.pauseMs ?? 200) * 2 ** (attempt - 1));
    }
  }
}

async function put(
  { client, bucket, account }: S3ArtifactsOptions,
  file: string,
  packed: PackedFile,
): Promise<void> {
  const body = createReadStream(file);
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: artifactKey(packed.artifact),
        Body: body,
        ContentLength: packed.bytes,
        ContentType: 'application/x-tar',
        ChecksumSHA256: Buffer.from(packed.artifact.slice('sha256:'.length), 'hex').toString('base64'),
        IfNoneMatch: '*',
        ExpectedBucketOwner: account,
      }),
    );
  } finally {
    body.destroy();
  }
}

/** The same content was uploaded before: equal names are equal bytes. */
function isThere(thrown: unknown): boolean {
  return isServiceError(thrown, 'PreconditionFailed');
}

/** Two uploads of one key at a time exclude each other for a moment; what else may pass by itself is the same for every service. */
function mayPass(thrown: unknown): boolean {
  return isServiceError(thrown, 'ConditionalRequestConflict', 'SlowDown') || isPassing(thrown);
}

/** More than any archive that we would pack: content and, for each entry, its header, its long name and its padding. */
export const ARCHIVE_BYTES_AT_MOST = LIMITS.bytes + LIMITS.entries * 8192;

async function* bytesOf(options: S3ArtifactsOptions, artifact: Digest): AsyncGenerator<Buffer> {
  const { body, length } = await get(options, artifact);
  if (length > ARCHIVE_BYTES_AT_MOST) {
    body.destroy();
    throw new NoneventError(
      'ArtifactFailed',
      `artifact ${artifact} has ${length} bytes: expected at most ${ARCHIVE_BYTES_AT_MOST}`,
      { fields: { artifact, length }, hint: 'leave out what is not needed, then deploy again' },
    );
  }
  for await (const chunk of body) yield chunk as Buffer;
}

async function get(
  options: S3ArtifactsOptions,
  artifact: Digest,
): Promise<{ readonly body: Readable; readonly length: number }> {
  const { client, bucket, account } = options;
  try {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: artifactKey(artifact),
      ExpectedBucketOwner: account,
    });
    const { Body, ContentLength } = await client.send(command);
    if (!(Body instanceof Readable) || ContentLength === undefined) throw new Error('it gave no content');
    return { body: Body, length: ContentLength };
  } catch (thrown) {
    if (isServiceError(thrown, 'NoSuchKey')) throw artifactMissing(artifact, thrown);
    throw s3Failed('give', artifact, options, thrown);
  }
}

function s3Failed(
  what: 'take' | 'give',
  artifact: Digest,
  { bucket }: S3ArtifactsOptions,
  cause: unknown,
): NoneventError {
  const name = nameOf(cause);
  return new NoneventError(
    'ArtifactFailed',
    `bucket ${bucket} did not ${what} artifact ${artifact}: ${name}: ${messageOf(cause)}`,
    {
      fields: { artifact, bucket },
      hint: 'look whether the bucket is there and whether this role may read and write artifacts/ in it',
      cause,
    },
  );
}
