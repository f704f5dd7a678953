import { inspectHistory, isSeal, type Met, type SealedHeads } from './inspect-history.ts';
import { notingReuses, type Reuse, unfoundedReuses } from './inspect-reused.ts';
import { inspectAll } from './inspector.ts';
import { type VerifyChainOptions, verifyChain } from './verify-chain.ts';
import { type ChainReport, together } from './walk.ts';

/**
 * Verifies streams, but no seals: the chain of each, what it is held against, and that every check it took over from another
 * deployment was found there. Notes where each ended.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function verifyStreams(
  options: Omit<VerifyChainOptions, 'inspect' | 'skip'> & { readonly heads: SealedHeads; readonly met: Met },
): Promise<ChainReport> {
  const { heads, met } = options;
  const reuses: Reuse[] = [];
  const inspectStream = inspectHistory(heads, met);
  const inspect = (stream: Parameters<typeof inspectStream>[0]) =>
    inspectAll([inspectStream(stream), notingReuses(reuses)]);
  const report = await verifyChain({ ...options, skip: isSeal, inspect });
  const broken = new Set(report.findings.map(({ stream }) => stream));
  const unfounded = await unfoundedReuses(options, reuses);
  return together([
    { ...report, findings: [...report.findings, ...unfounded.filter(({ stream }) => !broken.has(stream))] },
  ]);
}
