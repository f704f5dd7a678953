import { availableParallelism } from 'node:os';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** How a table is walked. */
export type Plan = {
  readonly parts: number;
  readonly workers: number;
  /** About how many commits there are; `undefined` where nobody says. */
  readonly commits: number | undefined;
};

/** Fewer commits are walked sooner than threads are started. */
const WORTH_THREADS = 20_000;
/** Small enough that little is lost where somebody interrupts, large enough that a part is some pages. */
const COMMITS_PER_PART = 5000;
/** DynamoDB allows a million. */
const PARTS_AT_MOST = 100_000;

/**
 * Plans a walk by how many items the table has, which DynamoDB counts every six hours, and how many commits are sealed; the
 * larger number counts. Who may not describe the table learns only of what is sealed.
 */
export async function planParts(
  client: DynamoDBClient,
  table: string,
  sealed: number,
  workers: number = availableParallelism(),
): Promise<Plan> {
  const described = await client
    .send(new DescribeTableCommand({ TableName: table }))
    .catch(() => ({ Table: undefined }));
  const commits = Math.max(described.Table?.ItemCount ?? 0, sealed);
  if (commits < WORTH_THREADS) return { parts: 1, workers: 1, commits: commits === 0 ? undefined : commits };
  const parts = Math.max(workers, Math.ceil(commits / COMMITS_PER_PART));
  return { parts: Math.min(PARTS_AT_MOST, parts), workers, commits };
}
