import { Buffer } from 'node:buffer';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Objects } from './objects.ts';

/** The objects of a bucket. A new object is written whole or not at all. */
export function s3Objects(client: S3Client, bucket: string): Objects {
  const attempt = <Answer>(what: string, key: string, act: () => Promise<Answer>): Promise<Answer> =>
    act().catch((cause: unknown) => {
      throw new NoneventError(
        'StoreUnavailable',
        `cannot ${what} s3://${bucket}/${key}: ${messageOf(cause)}`,
        {
          fields: { bucket, key },
          hint: 's3:GetObject, and for a function s3:PutObject, are needed there; running it again is safe',
          cause,
        },
      );
    });
  return {
    read: (key) =>
      attempt('read', key, async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      }),
    write: (key, content) =>
      attempt('write', key, async () => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
      }),
  };
}
