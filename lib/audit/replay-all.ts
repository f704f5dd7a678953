import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Event } from '../history/events.ts';
import type { Finding } from './finding.ts';
import { inspectDeployment } from './inspect-deployment.ts';
import { type Inspector, inspectAll } from './inspector.ts';
import { verifyChain } from './verify-chain.ts';

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
 * the events before it come to. Reads page by page and keeps one page and one deployment in memory.
 *
 * Errors: `StoreUnavailable`.
 */
export async function replayAll(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): Promise<ReplayReport> {
  let ended = 0;
  const { streams, commits, events, findings } = await verifyChain({
    ...options,
    skip: (stream) => stream?.startsWith('deployment#') !== true,
    inspect: (stream) =>
      inspectAll([
        inspectDeployment(stream),
        noticingEnd(() => {
          ended += 1;
        }),
      ]),
  });
  const [divergence, ...others] = findings;
  return { deployments: streams, ended, commits, events, divergence, others: others.length };
}

const ENDINGS: ReadonlySet<Event['type']> = new Set<Event['type']>([
  'DeploymentSucceeded',
  'DeploymentFailed',
  'DeploymentRolledBack',
  'DeploymentStuck',
]);

/** Tells of a deployment that has ended, once nothing else stands against its history. */
function noticingEnd(tell: () => void): Inspector {
  let hasEnded = false;
  return {
    commit({ events }) {
      hasEnded ||= events.some(({ type }) => ENDINGS.has(type));
      return undefined;
    },
    end() {
      if (hasEnded) tell();
      return undefined;
    },
  };
}
