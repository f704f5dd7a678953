import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Met, type SealedHeads, unsealedIn } from '../inspect-history.ts';
import { inspectReplay, isNoDeployment } from '../inspect-replay.ts';
import type { Segment } from '../scan-pages.ts';
import { verifyChain } from '../verify-chain.ts';
import { verifyStreams } from '../verify-streams.ts';
import type { ChainReport } from '../walk.ts';

/** What every part of a table is walked for. */
export type Purpose =
  | { readonly kind: 'verify'; readonly heads: SealedHeads }
  /** Deployments only, held against their machines and how they closed. */
  | { readonly kind: 'replay' };

export type PartReport = ChainReport & {
  /** Deployments that have ended and stand; counted by a replay. */
  readonly ended: number;
  /** Commits that no seal holds yet; counted by a verification. */
  readonly unsealed: number;
  /** Where each stream of the part ended, for a verification. */
  readonly met: readonly (readonly [stream: string, seq: number, hash: string])[];
};

export type PartOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly purpose: Purpose;
  readonly segment: Segment;
  /** Told of what was walked so far. */
  readonly seen?: ((report: Pick<ChainReport, 'commits' | 'events'>) => void) | undefined;
};

/** Walks one part of a table. Errors: `StoreUnavailable`. */
export async function walkPart({
  client,
  table,
  purpose,
  segment,
  seen = () => undefined,
}: PartOptions): Promise<PartReport> {
  const common = { client, table, seen, ...(segment.of === 1 ? {} : { segment }) };
  if (purpose.kind === 'replay') {
    let ended = 0;
    const inspect = inspectReplay(() => {
      ended += 1;
    });
    const report = await verifyChain({ ...common, skip: isNoDeployment, inspect });
    return { ...report, ended, unsealed: 0, met: [] };
  }
  const met: Met = new Map();
  const report = await verifyStreams({ ...common, heads: purpose.heads, met });
  return {
    ...report,
    ended: 0,
    unsealed: unsealedIn(purpose.heads, met),
    met: [...met].map(([stream, { seq, hash }]) => [stream, seq, hash]),
  };
}
