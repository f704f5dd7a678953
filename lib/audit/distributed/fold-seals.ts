import { z } from 'zod';
import type { Item } from '../../history/item.ts';
import type { Finding } from '../finding.ts';
import { gatherSeals } from '../read-seals.ts';
import { rewindFrom } from '../rewind.ts';
import { exportedFinding } from './exported-finding.ts';
import { fromJson, toJson, toNdjson } from './ndjson.ts';
import type { Objects } from './objects.ts';
import { readGroup } from './read-group.ts';
import { groupOf, headsKey, type Run, sealsKey } from './run.ts';

export const sealsReading = z.object({
  seals: z.int(),
  newest: z.object({ seal: z.int(), hash: z.string(), publicKey: z.string(), at: z.string() }).nullable(),
  finding: exportedFinding.nullable(),
});
export type SealsReading = Omit<z.output<typeof sealsReading>, 'finding'> & {
  readonly finding: Finding | null;
};

/**
 * Verifies all seals of an export, and writes to each group what they say of its streams. Gives the groups: all of them, as a group
 * without items may be one whose streams are gone.
 *
 * Errors: those of `readGroup`.
 */
export async function foldExportedSeals(
  objects: Objects,
  run: Run,
): Promise<{ readonly groups: readonly number[] }> {
  const seals = gatherSeals();
  for await (const value of readGroup(objects, run, 'seals')) seals.take([(value as { item: Item }).item]);
  const reading = await seals.fold(
    { now: Date.parse(run.begunAt), ...(run.publicKey === null ? {} : { publicKey: run.publicKey }) },
    // An export is one moment of the table: what is not in it was not there.
    async () => [],
  );
  const { chain } = reading;
  const heads = Map.groupBy(chain.heads(), ([stream]) => groupOf(stream, run.groups));
  const groups = Array.from({ length: run.groups }, (_, group) => group);
  for (const group of groups) await objects.write(headsKey(run, group), toNdjson(heads.get(group) ?? []));
  const newest = chain.newest();
  await objects.write(
    sealsKey(run),
    toJson({
      seals: newest?.seal ?? 0,
      newest:
        newest === undefined
          ? null
          : { seal: newest.seal, hash: chain.link(), publicKey: newest.publicKey, at: newest.at },
      finding: reading.finding ?? (run.known && rewindFrom(run.known, chain)) ?? null,
    } satisfies SealsReading),
  );
  return { groups };
}

/** What was found of the seals. */
export async function readSealsReading(objects: Objects, run: Run): Promise<SealsReading> {
  return fromJson(sealsReading, await objects.read(sealsKey(run)), sealsKey(run));
}
