import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { S3_CONFIG } from '../../lib/artifacts/s3-artifacts.ts';
import { type FakeAnswer, type FakeRequest, serve } from './serve.ts';

export type S3Object = {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** The length that it is given out with. @default the true one */
  readonly length?: number;
};

export type FakeS3 = {
  readonly client: S3Client;
  /** By `bucket/key`. */
  readonly objects: Map<string, S3Object>;
  readonly requests: string[];
  /** Answers that the next requests get instead of their own, as `[status, code]`. */
  readonly faults: [number, string][];
};

/**
 * S3 as far as objects are put, copied and read whole: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html,
 * API_CopyObject.html, API_HeadObject.html, API_HeadBucket.html and API_GetObject.html. A wrong checksum is `BadDigest`; `If-None-Match: *` on a key that is
 * there is 412 `PreconditionFailed`, and so is a source with another etag; a bucket that is not there is `NoSuchBucket`. A bucket with object
 * lock takes nothing without a checksum (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html), and here,
 * stricter than S3, which would make another version, nothing twice. A request that expects another owner of its bucket is refused
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html).
 */
export async function fakeS3(
  options: {
    readonly buckets?: readonly string[];
    readonly locked?: readonly string[];
    /** The account of a bucket by its name. @default 123456789012 */
    readonly owners?: Readonly<Record<string, string>>;
    /** @default when the test has finished */
    readonly atEnd?: (close: () => Promise<void>) => void;
  } = {},
): Promise<FakeS3> {
  const { buckets = ['artifacts'], locked = [], owners = {} } = options;
  const objects = new Map<string, S3Object>();
  const requests: string[] = [];
  const faults: [number, string][] = [];
  const service = await serve((request) => {
    const path = request.path.slice(1);
    requests.push(`${request.method} ${path}`);
    const fault = faults.shift();
    if (fault !== undefined) return failure(...fault);
    const bucket = path.split('/')[0] ?? '';
    if (!buckets.includes(bucket)) return failure(404, 'NoSuchBucket');
    if (isOfAnother(owners[bucket], request)) return failure(403, 'AccessDenied');
    if (request.method === 'PUT' && request.headers['x-amz-copy-source'] !== undefined)
      return copy(objects, path, request);
    if (request.method === 'PUT') return put(objects, path, request, locked.includes(bucket));
    if (request.method === 'GET') return get(objects, path);
    if (request.method === 'HEAD' && path.replace(/\/$/, '') === bucket) return {};
    if (request.method === 'HEAD') return { ...get(objects, path), body: '' };
    return failure(405, 'MethodNotAllowed');
  }, options.atEnd);
  const client = new S3Client({ ...S3_CONFIG, ...service, forcePathStyle: true, maxAttempts: 1 });
  return { client, objects, requests, faults };
}

function isOfAnother(owner = '123456789012', { headers }: FakeRequest): boolean {
  const expected = headers['x-amz-expected-bucket-owner'];
  return expected !== undefined && expected !== owner;
}

function put(
  objects: Map<string, S3Object>,
  path: string,
  { headers, body }: FakeRequest,
  isLocked: boolean,
): FakeAnswer {
  if (headers['content-length'] !== undefined && Number(headers['content-length']) !== body.length)
    return failure(400, 'IncompleteBody');
  const promised = headers['x-amz-checksum-sha256'];
  if (promised !== undefined && promised !== createHash('sha256').update(body).digest('base64'))
    return failure(400, 'BadDigest');
  if (headers['if-none-match'] === '*' && objects.has(path)) return failure(412, 'PreconditionFailed');
  if (isLocked && promised === undefined && headers['content-md5'] === undefined)
    return failure(400, 'InvalidRequest');
  // Nobody replaces what is kept in a bucket with object lock.
  if (isLocked && objects.has(path)) return failure(403, 'AccessDenied');
  const kept = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  objects.set(path, { body, headers: kept });
  return { headers: { etag: etagOf(body) } };
}

/** The source's bytes at this moment; `x-amz-copy-source-if-match` holds them against what was seen before. */
function copy(objects: Map<string, S3Object>, path: string, { headers }: FakeRequest): FakeAnswer {
  const source = objects.get(decodeURIComponent(String(headers['x-amz-copy-source']).replace(/\?.*$/, '')));
  if (source === undefined) return failure(404, 'NoSuchKey');
  const wanted = headers['x-amz-copy-source-if-match'];
  if (wanted !== undefined && wanted !== etagOf(source.body)) return failure(412, 'PreconditionFailed');
  if (headers['if-none-match'] === '*' && objects.has(path)) return failure(412, 'PreconditionFailed');
  const checksum = createHash('sha256').update(source.body).digest('base64');
  objects.set(path, { body: source.body, headers: { 'x-amz-checksum-sha256': checksum } });
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<CopyObjectResult><ETag>${etagOf(source.body)}</ETag><ChecksumSHA256>${checksum}</ChecksumSHA256></CopyObjectResult>`,
  };
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function get(objects: Map<string, S3Object>, path: string): FakeAnswer {
  const found = objects.get(path);
  if (found === undefined) return failure(404, 'NoSuchKey');
  const kept = Object.entries(found.headers).filter(([name]) => name.startsWith('x-amz-'));
  return {
    headers: {
      ...Object.fromEntries(kept),
      'content-length': String(found.length ?? found.body.length),
      etag: etagOf(found.body),
    },
    body: found.body,
  };
}

function failure(status: number, code: string): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  };
}
