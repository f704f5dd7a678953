import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SealChain } from '../seal.ts';
import { type ChainReport, together } from '../walk.ts';
import { type Checkpoint, type DonePart, doneWith, partsThatStand } from './checkpoint.ts';
import { type Plan, planParts } from './plan-parts.ts';
import { walkInParts } from './walk-in-parts.ts';

/** What is told while a table is walked. */
export type Seen = { readonly commits: number; readonly events: number; readonly of: number | undefined };

export type VerifyInPartsOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly chain: SealChain;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly key: string | null;
  /** @default as many as there are cores, where the table is large enough */
  readonly plan?: Plan | undefined;
  /** @default nothing is kept */
  readonly checkpoint?: Checkpoint | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly seen?: ((seen: Seen) => void) | undefined;
};

export type PartsReport = ChainReport & {
  readonly unsealed: number;
  /** Sealed streams that were not met in the table. */
  readonly missing: readonly string[];
  /** What an earlier run had found sound, and when that run began; `undefined` where all was read now. */
  readonly resumed: { readonly commits: number; readonly since: string } | undefined;
  /** Where the signal ended it: how many parts of how many are done. */
  readonly unfinished: { readonly parts: number; readonly of: number } | undefined;
};

/**
 * Verifies every stream of a table in parts, with all cores where it is large, and goes on where an earlier run was interrupted:
 * see `partsThatStand` for what is not read again. Memory grows with what is sealed, not with the table.
 *
 * Errors: `StoreUnavailable`.
 */
export async function verifyInParts(options: VerifyInPartsOptions): Promise<PartsReport> {
  const { client, table, chain, now, key, checkpoint, signal } = options;
  const heads = chain.heads();
  const begun = await checkpoint?.read();
  const kept = begun === undefined ? [] : partsThatStand(begun, { table, key, chain, at: now });
  const isResumed = begun !== undefined && kept.length > 0;
  const plan = options.plan ?? (await planParts(client, table, sealedCommits(chain)));
  const of = isResumed ? begun.mark.parts : plan.parts;
  const newest = chain.newest();
  const seal = newest === undefined ? null : { seal: newest.seal, hash: chain.link() };
  const since = isResumed ? begun.mark.begun : new Date(now).toISOString();
  // A table of one part has nothing to go on from.
  const isKept = checkpoint !== undefined && of > 1;
  if (isKept) await checkpoint.begin({ checkpoint: 1, table, seal, key, parts: of, begun: since });
  for (const part of kept) await checkpoint?.add(part);

  const missing = new Set(heads.keys());
  const reports: (ChainReport & { readonly unsealed: number })[] = [];
  const take = (report: ChainReport & Pick<DonePart, 'met' | 'unsealed'>): void => {
    for (const [stream] of report.met) missing.delete(stream);
    const { streams, commits, events, unsealed, findings } = report;
    reports.push({ streams, commits, events, unsealed, findings });
  };
  for (const part of kept) take({ ...part, findings: [] });
  const resumedCommits = kept.reduce((sum, { commits }) => sum + commits, 0);
  const seen = counting(options.seen, resumedCommits, plan.commits);
  const isDone = new Set(kept.map(({ part }) => part));
  const parts = Array.from({ length: of }, (_, index) => ({ index, of })).filter(
    ({ index }) => !isDone.has(index),
  );
  await walkInParts({
    client,
    table,
    purpose: { kind: 'verify', heads },
    parts,
    workers: plan.workers,
    signal,
    seen,
    async done({ index }, report) {
      take({ ...report, met: [...report.met].map((head) => [...head]) });
      const sound = doneWith(index, report, new Date().toISOString());
      if (isKept && sound !== undefined) await checkpoint.add(sound);
    },
  });
  const isWhole = reports.length === of;
  if (isKept && isWhole) await checkpoint.clear();
  return {
    ...together(reports),
    unsealed: reports.reduce((sum, { unsealed }) => sum + unsealed, 0),
    missing: isWhole ? [...missing].sort() : [],
    resumed: isResumed ? { commits: resumedCommits, since } : undefined,
    unfinished: isWhole ? undefined : { parts: reports.length, of },
  };
}

function sealedCommits(chain: SealChain): number {
  return chain.leaves().reduce((sum, { seq }) => sum + seq, 0);
}

function counting(
  tell: VerifyInPartsOptions['seen'],
  before: number,
  of: number | undefined,
): (more: { readonly commits: number; readonly events: number }) => void {
  let [commits, events] = [before, 0];
  return (more) => {
    commits += more.commits;
    events += more.events;
    tell?.({ commits, events, of });
  };
}
