import { z } from 'zod';
import type { SealedHeads } from '../inspect-history.ts';
import type { SealChain } from '../seal.ts';
import type { PartReport } from './part.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/** What a verification that was begun was about. One that is about anything else cannot go on from it. */
export const mark = z.strictObject({
  checkpoint: z.literal(1),
  table: z.string(),
  /** The newest seal when it began; null where nothing was sealed. */
  seal: z.strictObject({ seal: z.int().min(1), hash }).nullable(),
  /** The key that every seal had to be signed with; null where the first seal pinned it. */
  key: z.string().nullable(),
  parts: z.int().min(1),
  /** ISO-8601. */
  begun: z.string(),
});
export type Mark = z.output<typeof mark>;

/** A part in which nothing was found, with where each of its streams ended. */
export const donePart = z.strictObject({
  part: count,
  at: z.string(),
  streams: count,
  commits: count,
  events: count,
  unsealed: count,
  met: z.array(z.tuple([z.string(), count, z.string()])),
});
export type DonePart = z.output<typeof donePart>;

/** Where it is kept which parts are done. What cannot be read is as if it were not there. */
export type Checkpoint = {
  readonly read: () => Promise<{ readonly mark: Mark; readonly done: readonly DonePart[] } | undefined>;
  readonly begin: (mark: Mark) => Promise<void>;
  readonly add: (part: DonePart) => Promise<void>;
  readonly clear: () => Promise<void>;
};

/** Longer ago than this, what was found sound is read again. */
const TRUSTED_HOURS = 24;

/**
 * The parts that need not be read again: none where the verification was of something else, is too long ago, or where the
 * newest seal of that time is not there any more; and none that holds a stream of which today's seals say more, or other,
 * than what was read. Pure.
 */
export function partsThatStand(
  begun: { readonly mark: Mark; readonly done: readonly DonePart[] },
  now: {
    readonly table: string;
    readonly key: string | null;
    readonly chain: SealChain;
    readonly at: number;
  },
): readonly DonePart[] {
  const { table, key, seal, begun: since, parts } = begun.mark;
  const age = now.at - Date.parse(since);
  const isRecent = age >= 0 && age < TRUSTED_HOURS * 60 * 60 * 1000;
  const isSame = table === now.table && key === now.key;
  const isSealKept = seal === null || now.chain.hashOf(seal.seal) === seal.hash;
  if (!isRecent || !isSame || !isSealKept) return [];
  const heads = now.chain.heads();
  return begun.done.filter(({ part, met }) => part < parts && met.every((head) => isStill(head, heads)));
}

function isStill([stream, seq, hash]: DonePart['met'][number], heads: SealedHeads): boolean {
  return (heads.get(stream) ?? []).every(
    (sealed) => sealed.seq < seq || (sealed.seq === seq && sealed.hash === hash),
  );
}

/** What is kept of a part; `undefined` for one with a finding, which is read again. */
export function doneWith(part: number, report: PartReport, at: string): DonePart | undefined {
  if (report.findings.length > 0) return undefined;
  const { streams, commits, events, unsealed, met } = report;
  return { part, at, streams, commits, events, unsealed, met: met.map((head) => [...head]) };
}
