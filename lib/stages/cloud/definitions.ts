import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { pipelineDigest } from '../../history/digests.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { literalSecretsIn } from '../../pipeline/lints/literal-secrets.ts';
import { type Pipeline, pipelineSchema } from '../../pipeline/pipeline.ts';
import type { Digest } from '../../pipeline/release.ts';
import { isServiceError } from './service-error.ts';

/** The definitions that are installed in an account, by their digest. */
export type Definitions = {
  load(digest: Digest): Promise<Pipeline>;
};

/** The key of a definition in the artifacts' bucket: the JSON of the pipeline as it runs. Objects there are never replaced. */
export function definitionKey(digest: Digest): string {
  return `pipelines/${digest.replace(':', '-')}.json`;
}

/** A file has at most 64 Ki characters; what it expands to is some times as much. */
const BYTES_AT_MOST = 1024 * 1024;

/**
 * Reads definitions from the artifacts' bucket, and holds each against its digest.
 *
 * Errors: `NotFound` where it is not installed; `InvalidInput` where it is not what its name says, or holds a secret;
 * `StoreUnavailable` where the bucket cannot be read.
 */
export function createS3Definitions(options: {
  readonly client: S3Client;
  readonly bucket: string;
}): Definitions {
  return { load: async (digest) => definitionIn(await read(options, digest), digest) };
}

/**
 * Reads definitions from a folder that came with the function, where each is under its key, and holds each against its digest.
 *
 * Errors: as `createS3Definitions`, but an outage.
 */
export function createFolderDefinitions(folder: string): Definitions {
  return {
    async load(digest) {
      const text = await readFile(join(folder, definitionKey(digest)), 'utf8').catch((cause: unknown) => {
        throw notInstalled(digest, cause);
      });
      return definitionIn(text, digest);
    },
  };
}

function definitionIn(text: string, digest: Digest): Pipeline {
  const parsed = pipelineSchema.safeParse(parseJson(text));
  if (!parsed.success) throw wrong(digest, 'is no pipeline of this version of Nonevent');
  const found = pipelineDigest(parsed.data);
  if (found !== digest) throw wrong(digest, `has the digest ${found}`);
  const [secret] = literalSecretsIn(parsed.data);
  if (secret !== undefined) throw wrong(digest, `cannot be recorded: ${secret}`);
  return parsed.data;
}

async function read(
  { client, bucket }: { readonly client: S3Client; readonly bucket: string },
  digest: Digest,
): Promise<string> {
  const Key = definitionKey(digest);
  try {
    const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    if (ContentLength > BYTES_AT_MOST) {
      throw wrong(digest, `has ${ContentLength} bytes: expected at most ${BYTES_AT_MOST}`);
    }
    return (await Body?.transformToString()) ?? '';
  } catch (thrown) {
    if (thrown instanceof NoneventError) throw thrown;
    if (isServiceError(thrown, 'NoSuchKey')) throw notInstalled(digest, thrown);
    throw new NoneventError(
      'StoreUnavailable',
      `bucket ${bucket} did not give ${Key}: ${messageOf(thrown)}`,
      {
        fields: { digest, bucket },
        hint: 'look whether the bucket is there and whether this role may read pipelines/ in it',
        cause: thrown,
      },
    );
  }
}

function notInstalled(digest: Digest, cause: unknown): NoneventError {
  return new NoneventError('NotFound', `no pipeline with the digest ${digest} is installed`, {
    fields: { digest },
    hint: 'install it with `cdk deploy`',
    cause,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrong(digest: Digest, why: string): NoneventError {
  return new NoneventError('InvalidInput', `the definition installed as ${digest} ${why}`, {
    fields: { digest },
    hint: 'install the pipeline again with `cdk deploy`',
  });
}
