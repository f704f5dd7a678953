import { hash } from 'node:crypto';
import { z } from 'zod';

const publicKey = z.string().regex(/^[0-9a-f]{64,}$/);

/** One verification of an export: what every function of it is given. */
export const run = z.object({
  /** The key of `manifest-files.json` of the export. */
  manifest: z.string().min(1),
  /** What comes before every key that is written. */
  work: z.string().min(1),
  /** How many groups the streams are in: each group has to fit into the memory of one function. */
  groups: z.int().min(1).max(10_000),
  /** When it was begun, by which seals from the future are told. */
  begunAt: z.string().refine((at) => !Number.isNaN(Date.parse(at)), 'expected a time'),
  /** The key that every seal has to be signed with; null to take the one that the first seal pins. */
  publicKey: publicKey.nullable(),
  /** The newest seal that was verified before, and has to be there still; null where none is known. */
  known: z.object({ seal: z.int().min(1), hash: z.string(), at: z.string() }).nullable(),
});
export type Run = z.output<typeof run>;

/** What an execution is started with: when it was begun, Step Functions says. */
export type RunInput = { readonly bucket: string; readonly run: Omit<Run, 'begunAt'> };

/**
 * A line of an export's list of files.
 *
 * Source: DynamoDB Developer Guide, "DynamoDB table export output format".
 */
export const exportFile = z.object({
  itemCount: z.int().min(0),
  md5Checksum: z.string().min(1),
  dataFileS3Key: z.string().min(1),
});
export type ExportFile = z.output<typeof exportFile>;

/** The group of a stream: by its hash, so that every function finds the same. */
export function groupOf(stream: string, groups: number): number {
  return Number.parseInt(hash('sha256', stream).slice(0, 12), 16) % groups;
}

/** Where the items of a group are that were in a file of the export; seals are a group of their own. */
export function partKey({ work }: Run, file: ExportFile, group: number | 'seals'): string {
  return `${work}/parts/${fileName(file)}/${group}.ndjson.gz`;
}

/** Where it is written which groups a file has items of. */
export function indexKey({ work }: Run, file: ExportFile): string {
  return `${work}/parts/${fileName(file)}/index.json`;
}

export function headsKey({ work }: Run, group: number): string {
  return `${work}/heads/${group}.ndjson.gz`;
}

export function sealsKey({ work }: Run): string {
  return `${work}/seals.json`;
}

export function resultKey({ work }: Run, group: number): string {
  return `${work}/results/${group}.json`;
}

export function reportKey({ work }: Pick<Run, 'work'>): string {
  return `${work}/report.json`;
}

function fileName({ dataFileS3Key }: ExportFile): string {
  return hash('sha256', dataFileS3Key).slice(0, 24);
}
