import { Buffer } from 'node:buffer';
import {
  CopyObjectCommand,
  HeadObjectCommand,
  type HeadObjectOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ARCHIVE_BYTES_AT_MOST, artifactKey } from '../../artifacts/s3-artifacts.ts';
import { isServiceError } from '../../aws/service-error.ts';
import { messageOf, NoneventError, nameOf } from '../../nonevent-error.ts';
import { type Digest, type Release, release } from '../../pipeline/release.ts';
import type { WantedObject } from '../triggers/read-trigger.ts';

/** Turns archives that others have put into a bucket into releases. */
export type ReleaseObjects = {
  /** Makes an object an artifact, and says which release it is. May be repeated. */
  take(wanted: WantedObject): Promise<Release>;
};

/**
 * Takes archives over into the artifacts' bucket: S3 copies them, and both times it says the SHA-256 of the bytes. So they need not pass
 * through a function, however large they are. The version is the object's metadata `version`, or the last name in its key.
 *
 * Errors: `ArtifactFailed` for an object that is not there, was replaced, is too large, has no SHA-256 of its whole or another one than
 * the event says, or cannot be copied; `InvalidInput` where its version is none.
 */
export function createReleaseObjects(options: {
  readonly client: S3Client;
  /** The bucket of the artifacts. */
  readonly bucket: string;
}): ReleaseObjects {
  return {
    async take(wanted) {
      const found = await look(options.client, wanted);
      const artifact = digestOf(wanted, found);
      const named = releaseOf(wanted, found, artifact);
      const isThereAlready = wanted.bucket === options.bucket && wanted.key === artifactKey(artifact);
      if (!isThereAlready) await copy(options, wanted, found, artifact);
      return named;
    },
  };
}

async function look(client: S3Client, wanted: WantedObject): Promise<HeadObjectOutput> {
  const { bucket, key, versionId, etag } = wanted;
  let found: HeadObjectOutput;
  try {
    found = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, ChecksumMode: 'ENABLED' }),
    );
  } catch (thrown) {
    const isGone = isServiceError(thrown, 'NotFound', 'NoSuchKey');
    throw refused(wanted, isGone ? 'is not there' : `could not be read: ${said(thrown)}`, thrown);
  }
  if (etag !== undefined && found.ETag?.replaceAll('"', '') !== etag) {
    throw refused(wanted, `was replaced since the event: expected the etag ${etag}, found ${found.ETag}`);
  }
  const length = found.ContentLength ?? Number.POSITIVE_INFINITY;
  if (length > ARCHIVE_BYTES_AT_MOST) {
    throw refused(wanted, `has ${length} bytes: expected at most ${ARCHIVE_BYTES_AT_MOST}`);
  }
  return found;
}

function digestOf(wanted: WantedObject, { ChecksumSHA256, ChecksumType }: HeadObjectOutput): Digest {
  if (ChecksumSHA256 === undefined || ChecksumType === 'COMPOSITE') {
    throw refused(
      wanted,
      'has no SHA-256 of its whole content: put it in one request with `--checksum-algorithm SHA256`',
    );
  }
  const hex = Buffer.from(ChecksumSHA256, 'base64').toString('hex');
  if (wanted.sha256 !== undefined && wanted.sha256 !== hex) {
    throw refused(wanted, `is not what was built: expected the SHA-256 ${wanted.sha256}, found ${hex}`);
  }
  return `sha256:${hex}` as Digest;
}

function releaseOf(wanted: WantedObject, { Metadata = {} }: HeadObjectOutput, artifact: Digest): Release {
  const commit = Metadata.commit ?? wanted.commit;
  const parsed = release.safeParse({
    version:
      Metadata.version ??
      wanted.key
        .split('/')
        .at(-1)
        ?.replace(/\.tar$/, ''),
    ...(commit === undefined ? {} : { commit }),
    artifact,
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new NoneventError('InvalidInput', `${locationOf(wanted)} is no release: ${problems.join('; ')}`, {
    fields: { bucket: wanted.bucket, key: wanted.key },
    hint: 'name the object by its version, or give it the metadata `version`',
  });
}

async function copy(
  { client, bucket }: { readonly client: S3Client; readonly bucket: string },
  wanted: WantedObject,
  found: HeadObjectOutput,
  artifact: Digest,
): Promise<void> {
  const version = wanted.versionId === undefined ? '' : `?versionId=${wanted.versionId}`;
  let checksum: string | undefined;
  try {
    const { CopyObjectResult } = await client.send(
      new CopyObjectCommand({
        Bucket: bucket,
        Key: artifactKey(artifact),
        CopySource: `${wanted.bucket}/${encodeURIComponent(wanted.key)}${version}`,
        CopySourceIfMatch: found.ETag,
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
      }),
    );
    checksum = CopyObjectResult?.ChecksumSHA256;
  } catch (thrown) {
    // It was taken before: equal names are equal bytes. That the source is another one now was seen when it was looked at.
    if (isServiceError(thrown, 'PreconditionFailed') && (await isKept(client, bucket, artifact))) return;
    throw refused(wanted, `could not be copied to s3://${bucket}/artifacts/: ${said(thrown)}`, thrown);
  }
  if (checksum !== found.ChecksumSHA256) {
    throw refused(
      wanted,
      `was copied as something else: expected the checksum ${found.ChecksumSHA256}, found ${checksum}`,
    );
  }
}

async function isKept(client: S3Client, bucket: string, artifact: Digest): Promise<boolean> {
  return client.send(new HeadObjectCommand({ Bucket: bucket, Key: artifactKey(artifact) })).then(
    () => true,
    () => false,
  );
}

function said(thrown: unknown): string {
  return `${nameOf(thrown)}: ${messageOf(thrown)}`;
}

function locationOf({ bucket, key }: WantedObject): string {
  return `s3://${bucket}/${key}`;
}

function refused(wanted: WantedObject, why: string, cause?: unknown): NoneventError {
  return new NoneventError('ArtifactFailed', `${locationOf(wanted)} ${why}`, {
    fields: { bucket: wanted.bucket, key: wanted.key },
    hint: 'put the archive there again: a new object is a new event',
    ...(cause === undefined ? {} : { cause }),
  });
}
