import type { StreamName } from '../history/event-store.ts';
import type { Seal } from '../history/seal-events.ts';
import type { Finding } from './finding.ts';
import { isSeal, type Met, unsealedIn } from './inspect-history.ts';
import { type PartsReport, type VerifyInPartsOptions, verifyInParts } from './parallel/verify-in-parts.ts';
import { type ReadSealsOptions, readSeals, type SealReading } from './read-seals.ts';
import { type KnownSeal, rewindFrom } from './rewind.ts';
import { sealHash } from './seal.ts';
import { verifyStreams } from './verify-streams.ts';
import { type ChainReport, together } from './walk.ts';

export type { KnownSeal } from './rewind.ts';

export type VerifyHistoryOptions = ReadSealsOptions &
  Pick<VerifyInPartsOptions, 'plan' | 'checkpoint' | 'signal' | 'seen'> & {
    /** One stream only. @default every stream of the table */
    readonly stream?: StreamName;
    /** What has to be there still. @default nothing is known from before */
    readonly known?: KnownSeal;
  };

export type HistoryReport = ChainReport & {
  /** How many seals are sound. */
  readonly seals: number;
  readonly newestSeal: KnownSeal | undefined;
  /** Commits that no seal holds yet: their end could be cut off, or written anew, without a trace. */
  readonly unsealed: number;
} & Pick<PartsReport, 'resumed' | 'unfinished'>;

/**
 * Verifies a history: the chain of every stream and every event's form, that each deployment went by its machine and each
 * environment by its lease, that closing summaries are what the events come to, that what a rerun took over was found where
 * it says, every seal with its signature, that all
 * that was sealed is still there, and that no seal known from before has gone. Names the first bad seq of each stream. A large
 * table is read in parts by all cores, and memory does not grow with it.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function verifyHistory(options: VerifyHistoryOptions): Promise<HistoryReport> {
  const reading = await readSeals(options);
  const walked = await verifyNamed(options, reading);
  const newest = reading.chain.newest();
  const { missing: _, ...report } = walked;
  return {
    ...report,
    findings: [...sealFindings(options, reading), ...walked.findings],
    seals: newest?.seal ?? 0,
    newestSeal: newest === undefined ? undefined : knownSeal(newest),
  };
}

/** What is to be remembered of a seal. */
export function knownSeal(seal: Seal): KnownSeal {
  return { seal: seal.seal, hash: sealHash(seal), publicKey: seal.publicKey, at: seal.at };
}

async function verifyNamed(options: VerifyHistoryOptions, { chain }: SealReading): Promise<PartsReport> {
  const { client, table, stream, now, publicKey, plan, checkpoint, signal, seen } = options;
  const heads = chain.heads();
  const verifyOne = (name: StreamName, met: Met): Promise<ChainReport> =>
    verifyStreams({ client, table, stream: name, heads, met });
  if (stream !== undefined) {
    const met: Met = new Map();
    const report = isSeal(stream) ? NOTHING : await verifyOne(stream, met);
    return {
      ...report,
      unsealed: unsealedIn(heads, met),
      missing: [],
      resumed: undefined,
      unfinished: undefined,
    };
  }
  const key = publicKey ?? null;
  const walked = await verifyInParts({ client, table, chain, now, key, plan, checkpoint, signal, seen });
  const reports: ChainReport[] = [walked];
  for (const name of walked.missing) reports.push(await verifyOne(name as StreamName, new Map()));
  return { ...walked, ...together(reports) };
}

const NOTHING: ChainReport = { streams: 0, commits: 0, events: 0, findings: [] };

function sealFindings({ known }: VerifyHistoryOptions, { chain, finding }: SealReading): readonly Finding[] {
  const own = finding === undefined ? [] : [finding];
  const rewind = known === undefined ? undefined : rewindFrom(known, chain);
  return rewind === undefined ? own : [...own, rewind];
}
