import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Commit } from '../history/event-store.ts';
import type { Event, EventData } from '../history/events.ts';
import { deploymentStream } from '../history/stream-name.ts';
import type { Finding } from './finding.ts';
import { findingAt } from './inspect-deployment.ts';
import type { Inspector } from './inspector.ts';
import { verifyChain } from './verify-chain.ts';

/** A check that a rerun took over, and where that is recorded. */
export type Reuse = {
  readonly commit: Commit;
  readonly index: number;
  readonly data: EventData<'StageReused'>;
};

/** Notes what a stream has taken over from others. */
export function notingReuses(reuses: Reuse[]): Inspector {
  return {
    commit(commit) {
      for (const [index, { type, data }] of commit.events.entries()) {
        if (type === 'StageReused') reuses.push({ commit, index, data });
      }
      return undefined;
    },
    end: () => undefined,
  };
}

/**
 * Every check that was taken over although the deployment it names did not find that: no pass of the same check with the same
 * evidence, verdict, artifact and inputs; the first of each stream. A named deployment whose own chain is broken is left out: it has a finding of its own.
 *
 * Errors: `StoreUnavailable`.
 */
export async function unfoundedReuses(
  { client, table }: { readonly client: DynamoDBClient; readonly table: string },
  reuses: readonly Reuse[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [from, claims] of Map.groupBy(reuses, ({ data }) => data.from)) {
    const passes: EventData<'StagePassed'>[] = [];
    const inspect = () => notingPasses(passes);
    const report = await verifyChain({ client, table, stream: deploymentStream(from), inspect });
    if (report.findings.length > 0) continue;
    findings.push(...unfoundedIn(passes, claims));
  }
  const [...streams] = Map.groupBy(findings, ({ stream }) => stream).values();
  return streams.flatMap((of) => of.toSorted((one, other) => one.seq - other.seq).slice(0, 1));
}

/** What was taken over from one deployment although it is not among its passes. Pure. */
export function unfoundedIn(
  passes: readonly EventData<'StagePassed'>[],
  claims: readonly Reuse[],
): readonly Finding[] {
  return claims
    .filter(({ data }) => !passes.some((pass) => isSamePass(pass, data)))
    .map(({ commit, index, data }) =>
      findingAt(
        commit,
        index,
        `it takes ${data.stage} over from deployment ${data.from}, whose history holds no such pass`,
      ),
    );
}

/** Notes what a deployment's checks have found. */
export function notingPasses(passes: EventData<'StagePassed'>[]): Inspector {
  return {
    commit({ events }) {
      passes.push(...events.filter(isPass).map(({ data }) => data));
      return undefined;
    },
    end: () => undefined,
  };
}

function isPass(event: Event): event is Extract<Event, { type: 'StagePassed' }> {
  return event.type === 'StagePassed';
}

function isSamePass(pass: EventData<'StagePassed'>, taken: EventData<'StageReused'>): boolean {
  const of = ({ stage, evidence, judgement, artifact, inputs }: typeof pass | typeof taken) => ({
    stage,
    evidence,
    judgement,
    artifact,
    inputs,
  });
  return isDeepStrictEqual(of(pass), of(taken));
}
