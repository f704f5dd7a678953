import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { deploymentId } from '../history/deployment-id.ts';
import { deploymentStream } from '../history/stream-name.ts';
import { type Claim, firstOfEach, unfoundedIn } from './claims.ts';
import { type DeploymentFacts, notingFacts } from './deployment-facts.ts';
import type { Finding } from './finding.ts';
import { inspectHistory, type SealedHeads } from './inspect-history.ts';
import { inspectAll } from './inspector.ts';
import { verifyChain } from './verify-chain.ts';

/** How many histories are read at a time. */
const AT_A_TIME = 16;

/**
 * What streams say about deployments and those deployments' own histories do not; the first of each stream. A deployment with any
 * finding of its own is left out: what is wrong is found there.
 *
 * Errors: `StoreUnavailable`.
 */
export async function unfoundedClaims(
  source: {
    readonly client: DynamoDBClient;
    readonly table: string;
    readonly heads: SealedHeads;
  },
  claims: readonly Claim[],
): Promise<readonly Finding[]> {
  const waiting = [...Map.groupBy(claims, ({ on }) => on)];
  const findings: Finding[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [on, about] = next;
      const history = await factsOf(source, on);
      if (history.isSound) findings.push(...unfoundedIn(history.facts, about));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return firstOfEach(findings);
}

async function factsOf(
  { client, table, heads }: Parameters<typeof unfoundedClaims>[0],
  on: string,
): Promise<{ readonly isSound: boolean; readonly facts: DeploymentFacts | undefined }> {
  const found: { facts?: DeploymentFacts } = {};
  const inspectStream = inspectHistory(heads, new Map());
  const inspect = (stream: Parameters<typeof inspectStream>[0]) =>
    inspectAll([inspectStream(stream), notingFacts((facts) => Object.assign(found, { facts }))]);
  const stream = deploymentStream(deploymentId.parse(on));
  const { findings } = await verifyChain({ client, table, stream, inspect });
  return { isSound: findings.length === 0, facts: found.facts };
}
