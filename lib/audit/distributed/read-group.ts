import { hash } from 'node:crypto';
import { partIndex } from './group-file.ts';
import { damaged, fromJson, fromNdjson } from './ndjson.ts';
import type { Objects } from './objects.ts';
import { type ExportFile, exportFile, indexKey, partKey, type Run } from './run.ts';

/** The files of an export, by its manifest: one JSON object for each line. */
export async function filesOf(objects: Objects, { manifest }: Run): Promise<readonly ExportFile[]> {
  const text = (await objects.read(manifest)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return exportFile.parse(JSON.parse(line));
      } catch (cause) {
        throw damaged(`${manifest} holds a line that names no file`, cause);
      }
    });
}

/**
 * All that the files of an export have of a group. Every file has to have been read, so nothing can be missing without a trace.
 *
 * Errors: `StoreUnavailable` for a file that was not read; `HistoryCorrupt` for a part that is not the one that was written.
 */
export async function* readGroup(
  objects: Objects,
  run: Run,
  group: number | 'seals',
): AsyncGenerator<unknown> {
  for (const file of await filesOf(objects, run)) {
    const key = indexKey(run, file);
    const { parts } = fromJson(partIndex, await objects.read(key), key);
    const expected = parts[group];
    if (expected === undefined) continue;
    const part = partKey(run, file, group);
    const content = await objects.read(part);
    const digest = hash('sha256', content);
    if (digest !== expected) throw damaged(`${part} hashes to ${digest}, expected ${expected}`);
    yield* fromNdjson(content, part);
  }
}
