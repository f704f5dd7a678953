import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Finding } from './finding.ts';
import type { PartReport } from './parallel/part.ts';
import { type Plan, planParts } from './parallel/plan-parts.ts';
import type { Seen } from './parallel/verify-in-parts.ts';
import { walkInParts } from './parallel/walk-in-parts.ts';
import { together } from './walk.ts';

export type ReplayReport = {
  readonly deployments: number;
  /** Those that have ended, whose closing summary is what their events come to. */
  readonly ended: number;
  readonly commits: number;
  readonly events: number;
  /** The first divergence that was met; `undefined` where there is none. */
  readonly divergence: Finding | undefined;
  /** How many more deployments diverge. */
  readonly others: number;
};

/**
 * Folds the history of every deployment through the machine that it pins, and holds each closing summary against what
 * the events before it come to. Reads page by page and keeps one page and one deployment in memory for each core.
 *
 * Errors: `StoreUnavailable`.
 */
export async function replayAll(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** @default as many threads as there are cores, where the table is large enough */
  readonly plan?: Plan;
  readonly seen?: (seen: Seen) => void;
}): Promise<ReplayReport> {
  const { client, table, seen } = options;
  const plan = options.plan ?? (await planParts(client, table, 0));
  const reports: PartReport[] = [];
  let [walked, folded] = [0, 0];
  await walkInParts({
    client,
    table,
    purpose: { kind: 'replay' },
    parts: Array.from({ length: plan.parts }, (_, index) => ({ index, of: plan.parts })),
    workers: plan.workers,
    seen(more) {
      walked += more.commits;
      folded += more.events;
      seen?.({ commits: walked, events: folded, of: plan.commits });
    },
    done: (_, report) => void reports.push(report),
  });
  const { streams, commits, events, findings } = together(reports);
  const ended = reports.reduce((sum, report) => sum + report.ended, 0);
  const [divergence, ...others] = findings;
  return { deployments: streams, ended, commits, events, divergence, others: others.length };
}
