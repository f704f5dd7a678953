import type { StreamName } from '../history/event-store.ts';
import type { Seal } from '../history/seal-events.ts';
import type { Finding } from './finding.ts';
import { inspectFold } from './inspect-fold.ts';
import { inspectSealed } from './inspect-sealed.ts';
import { type Inspect, type Inspector, inspectAll } from './inspector.ts';
import { type ReadSealsOptions, readSeals, type SealReading } from './read-seals.ts';
import { sealHash } from './seal.ts';
import { type ChainReport, verifyChain } from './verify-chain.ts';

/** The newest seal that was verified somewhere before, kept where whoever changes the table cannot reach. */
export type KnownSeal = {
  readonly seal: number;
  readonly hash: string;
  readonly publicKey: string;
  /** The time that the seal says. */
  readonly at: string;
};

export type VerifyHistoryOptions = ReadSealsOptions & {
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
};

/**
 * Verifies a history: the chain of every stream and every event's form, that each deployment went by its machine and each
 * environment by its lease, that closing summaries are what the events come to, every seal with its signature, that all
 * that was sealed is still there, and that no seal known from before has gone. Names the first bad seq of each stream.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function verifyHistory(options: VerifyHistoryOptions): Promise<HistoryReport> {
  const reading = await readSeals(options);
  const walked = await verifyStreams(options, reading);
  const newest = reading.chain.newest();
  return {
    ...walked,
    findings: [...sealFindings(options, reading), ...walked.findings],
    seals: newest?.seal ?? 0,
    newestSeal: newest === undefined ? undefined : knownSeal(newest),
  };
}

/** What is to be remembered of a seal. */
export function knownSeal(seal: Seal): KnownSeal {
  return { seal: seal.seal, hash: sealHash(seal), publicKey: seal.publicKey, at: seal.at };
}

async function verifyStreams(
  options: VerifyHistoryOptions,
  { chain }: SealReading,
): Promise<ChainReport & { readonly unsealed: number }> {
  const { stream } = options;
  const heads = chain.heads();
  const met = new Map<string, number>();
  const inspect: Inspect = (name) =>
    inspectAll([
      inspectSealed(name, heads.get(name) ?? []),
      inspectFold(name),
      counting(met, name, heads.get(name)?.at(-1)?.seq ?? 0),
    ]);
  const common = { client: options.client, table: options.table, inspect, skip: isSeal };
  if (stream !== undefined && isSeal(stream))
    return { streams: 0, commits: 0, events: 0, findings: [], unsealed: 0 };
  const report = await verifyChain({ ...common, ...(stream === undefined ? {} : { stream }) });
  const gone = stream === undefined ? [...heads.keys()].filter((name) => !met.has(name)) : [];
  const reports = [report];
  for (const name of gone) reports.push(await verifyChain({ ...common, stream: name as StreamName }));
  const unsealed = [...met.values()].reduce((sum, count) => sum + count, 0);
  return { ...added(reports), unsealed };
}

function isSeal(stream: string): boolean {
  return stream?.startsWith('seal#') === true;
}

/** Notes that a stream was met, and how much of it is not sealed. */
function counting(met: Map<string, number>, stream: string, sealedSeq: number): Inspector {
  met.set(stream, 0);
  return {
    commit: () => undefined,
    end({ seq }) {
      met.set(stream, Math.max(0, seq - sealedSeq));
      return undefined;
    },
  };
}

function added(reports: readonly ChainReport[]): ChainReport {
  return reports.reduce((sum, report) => ({
    streams: sum.streams + report.streams,
    commits: sum.commits + report.commits,
    events: sum.events + report.events,
    findings: [...sum.findings, ...report.findings],
  }));
}

function sealFindings({ known }: VerifyHistoryOptions, { chain, finding }: SealReading): readonly Finding[] {
  const own = finding === undefined ? [] : [finding];
  if (known === undefined) return own;
  const problem = rewound(known, chain.hashOf(known.seal));
  return problem === undefined ? own : [...own, { stream: `seal#${known.seal}`, seq: 1, problem }];
}

function rewound(known: KnownSeal, hash: string | undefined): string | undefined {
  if (hash === known.hash) return undefined;
  const before = `it was verified here before, with hash ${known.hash} of ${known.at}`;
  return hash === undefined
    ? `${before}, and is not there now: the table was set back, or the seal removed`
    : `${before}, and now has hash ${hash}: it was made anew`;
}
