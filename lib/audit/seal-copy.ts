import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { canonicalJson } from '../history/canonical-json.ts';
import type { EventStore } from '../history/event-store.ts';
import type { Seal } from '../history/seal-events.ts';
import { messageOf, NoneventError, nameOf } from '../nonevent-error.ts';
import { sealHash } from './seal.ts';

export type SealCopiesOptions = {
  readonly client: S3Client;
  /** A bucket with object lock and a default retention, so that nobody can change or delete what is kept there. */
  readonly bucket: string;
  readonly store: Pick<EventStore, 'load'>;
};

/** Where the copy of a seal is kept: in the order of their numbers. */
export function sealKey(seal: number): string {
  return `seals/${String(seal).padStart(12, '0')}.json`;
}

/** What is kept of a seal: itself, and the hash that the next one links to. */
export function sealCopy(seal: Seal): string {
  return `${canonicalJson({ hash: sealHash(seal), seal })}\n`;
}

/**
 * Copies a seal, and those before it that are not kept yet, to a bucket, oldest first: so the copies have no gap, whenever this was cut
 * short. Gives how many were copied. May be repeated.
 *
 * Errors: `HistoryCorrupt` where the bucket keeps another seal of the same number, as after the table was set back or written anew;
 * `StoreUnavailable` when the bucket cannot be reached or refuses.
 */
export async function keepSealCopies(options: SealCopiesOptions, newest: Seal): Promise<number> {
  const missing: Seal[] = [];
  for (let number = newest.seal; number >= 1; number -= 1) {
    const seal = number === newest.seal ? newest : await sealOf(options, number);
    const kept = await keptCopy(options, seal.seal);
    if (kept === undefined) missing.push(seal);
    else if (kept === sealCopy(seal)) break;
    else throw another(options, seal.seal);
  }
  for (const seal of missing.toReversed()) await keep(options, seal);
  return missing.length;
}

async function sealOf({ store }: SealCopiesOptions, number: number): Promise<Seal> {
  const { commits } = await store.load(`seal#${number}`);
  const [sealed] = commits.flatMap(({ events }) => events);
  if (sealed?.type === 'Sealed') return sealed.data;
  throw new NoneventError('HistoryCorrupt', `seal#${number} is missing in the history`, {
    fields: { seal: number },
    hint: 'run `nonevent audit verify`',
  });
}

async function keptCopy({ client, bucket }: SealCopiesOptions, number: number): Promise<string | undefined> {
  const Key = sealKey(number);
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  } catch (thrown) {
    if (isNamed(thrown, 'NoSuchKey')) return undefined;
    throw unavailable(bucket, Key, thrown);
  }
}

async function keep(options: SealCopiesOptions, seal: Seal): Promise<void> {
  const { client, bucket } = options;
  const Key = sealKey(seal.seal);
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key,
        Body: sealCopy(seal),
        ContentType: 'application/json',
        // A bucket with object lock takes nothing without a checksum.
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
      }),
    );
  } catch (thrown) {
    if (!isNamed(thrown, 'PreconditionFailed')) throw unavailable(bucket, Key, thrown);
    // Somebody else kept one in between.
    if ((await keptCopy(options, seal.seal)) !== sealCopy(seal)) throw another(options, seal.seal);
  }
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && thrown.name === name;
}

function another({ bucket }: SealCopiesOptions, number: number): NoneventError {
  const place = `s3://${bucket}/${sealKey(number)}`;
  return new NoneventError(
    'HistoryCorrupt',
    `seal#${number} of the history is another one than its copy ${place}: the history was set back or written anew`,
    { fields: { seal: number, place }, hint: 'compare both; the copy was made first and cannot be changed' },
  );
}

function unavailable(bucket: string, key: string, cause: unknown): NoneventError {
  const name = nameOf(cause);
  return new NoneventError(
    'StoreUnavailable',
    `bucket ${bucket} did not keep or give ${key}: ${name}: ${messageOf(cause)}`,
    {
      fields: { bucket, key },
      hint: 'look whether the bucket is there; the next seal copies what is missing',
      cause,
    },
  );
}
