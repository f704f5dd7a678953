import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Puts bytes below `nonevent/` of a bucket, under their own digest, so that a repeat changes nothing. Gives the key. */
export async function upload(
  client: S3Client,
  bucket: string,
  bytes: Buffer,
  ending: string,
): Promise<string> {
  const hash = createHash('sha256').update(bytes);
  const key = `nonevent/${hash.copy().digest('hex')}${ending}`;
  await client.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ChecksumSHA256: hash.digest('base64') }),
  );
  return key;
}
