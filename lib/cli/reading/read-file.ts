import { createReadStream } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Finding } from '../../pipeline/finding.ts';
import { LIMITS } from '../../pipeline/guards.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { readPipeline } from '../../pipeline/read-pipeline.ts';

/** A file that was read: its pipeline, where it is valid, and all that was found in it. */
export type FileRead =
  | { readonly ok: true; readonly pipeline: Pipeline; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads a pipeline file. Findings name it as a person in `folder` would.
 *
 * Errors: `NotFound` when the file cannot be read at all.
 */
export async function readPipelineFile(path: string, folder: string): Promise<FileRead> {
  return readPipeline(await textOf(path), shownPath(path, folder));
}

/** More than any pipeline file may have; what is longer is refused for that, however long it is, and some files never end. */
const MOST_BYTES = 4 * LIMITS.characters;

async function textOf(path: string): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of createReadStream(path, { end: MOST_BYTES })) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    throw new NoneventError('NotFound', `cannot read the pipeline file ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'write one with `nonevent init`, or name it with --file',
    });
  }
}

/** The shorter one of the path from here and the whole path. */
export function shownPath(path: string, folder: string): string {
  const fromHere = relative(folder, path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}
