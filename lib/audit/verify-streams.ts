import { type Claim, notingClaims } from './claims.ts';
import { notingStanding, type Standing } from './deployment-facts.ts';
import { inspectHistory, isSeal, type Met, type SealedHeads } from './inspect-history.ts';
import { inspectAll } from './inspector.ts';
import { unfoundedClaims } from './unfounded-claims.ts';
import { type VerifyChainOptions, verifyChain } from './verify-chain.ts';
import { type ChainReport, together } from './walk.ts';

/**
 * Verifies streams, but no seals: the chain of each, what it is held against, and that what it says about deployments stands in
 * their own histories. Notes where each ended.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function verifyStreams(
  options: Omit<VerifyChainOptions, 'inspect' | 'skip'> & { readonly heads: SealedHeads; readonly met: Met },
): Promise<ChainReport> {
  const { heads, met } = options;
  const claims: Claim[] = [];
  const standings = new Map<string, Standing>();
  const inspectStream = inspectHistory(heads, met);
  const inspect = (stream: Parameters<typeof inspectStream>[0]) =>
    inspectAll([
      inspectStream(stream),
      notingClaims(claims),
      notingStanding((standing) => standings.set(standing.deployment, standing)),
    ]);
  const report = await verifyChain({ ...options, skip: isSeal, inspect });
  const broken = new Set(report.findings.map(({ stream }) => stream));
  const open = claims.filter(
    (claim) => !broken.has(claim.at.stream) && !holds(claim, standings.get(claim.on)),
  );
  const unfounded = await unfoundedClaims(options, open);
  return together([{ ...report, findings: [...report.findings, ...unfounded] }]);
}

/** Most is known from the same walk. What does not hold by it is asked again, as a scan is no snapshot. */
function holds(claim: Claim, standing: Standing | undefined): boolean {
  return claim.asks === 'standing' && standing !== undefined && claim.problem(standing) === undefined;
}
