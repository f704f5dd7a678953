import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Commit, StreamName } from '../history/event-store.ts';
import type { Judgement } from '../history/events.ts';
import type { CheckStage } from '../pipeline/stage.ts';
import { checkKindOf } from '../stages/registry.ts';
import type { Finding } from './finding.ts';
import { findingAt } from './inspect-deployment.ts';
import type { Inspector } from './inspector.ts';
import { checksOf, judgementsIn, type RecordedJudgement } from './judgements.ts';
import { verifyChain } from './verify-chain.ts';

/** A judgement that does not come out of its evidence. */
export type Difference = Finding & {
  readonly stage: string;
  readonly recorded: Judgement;
  readonly derived: Judgement;
};

export type VerdictReport = {
  readonly deployments: number;
  /** How many judgements were derived again. */
  readonly judgements: number;
  readonly differences: readonly Difference[];
  /** Streams whose chain is broken: nothing can be derived from them. */
  readonly findings: readonly Finding[];
};

export type DeriveVerdictsOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** One deployment only. @default every deployment of the table */
  readonly stream?: StreamName;
};

/**
 * Judges the evidence of every recorded check again, with the definition that its deployment pinned, and names every
 * judgement that comes out otherwise; also a check that enforces and passed although its evidence does not pass.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function deriveVerdicts(options: DeriveVerdictsOptions): Promise<VerdictReport> {
  let judgements = 0;
  const differences: Difference[] = [];
  const { streams, findings } = await verifyChain({
    ...options,
    skip: (stream) => stream?.startsWith('deployment#') !== true,
    inspect: () =>
      collecting((commits) => {
        const derived = derivedFrom(commits);
        judgements += derived.length;
        differences.push(...derived.flatMap(({ difference }) => difference ?? []));
      }),
  });
  return { deployments: streams, judgements, differences, findings };
}

/** Gives all commits of a stream where it ends. */
export function collecting(take: (commits: readonly Commit[]) => void): Inspector {
  const commits: Commit[] = [];
  return {
    commit(commit) {
      commits.push(commit);
      return undefined;
    },
    end() {
      take(commits);
      return undefined;
    },
  };
}

/** Every judgement of a deployment's checks, judged again. Pure. */
export function derivedFrom(
  commits: readonly Commit[],
): readonly { readonly judgement: RecordedJudgement; readonly difference: Difference | undefined }[] {
  const opening = commits[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested') return [];
  const checks = checksOf(opening.data.pipeline);
  return judgementsIn(commits).flatMap((judgement) => {
    const check = checks.get(judgement.stage);
    return check === undefined ? [] : [{ judgement, difference: differenceOf(check, judgement) }];
  });
}

function differenceOf(check: CheckStage, found: RecordedJudgement): Difference | undefined {
  const recorded = found.judgement;
  // A check without force that could not find anything out has nothing to derive a verdict from.
  if (found.evidence === null && recorded.verdict === 'inconclusive' && check.mode !== 'enforcing')
    return undefined;
  const derived = checkKindOf(check).judge(check, found.evidence);
  const isPass = found.event === 'StagePassed' || found.event === 'StageReused';
  const passesUnproven = isPass && check.mode === 'enforcing' && derived.verdict !== 'pass';
  if (isDeepStrictEqual({ ...recorded }, { ...derived }) && !passesUnproven) return undefined;
  const problem = passesUnproven
    ? `${check.name} enforces and is recorded as passed, but its evidence comes to ${inWords(derived)}`
    : `${check.name} is recorded as ${inWords(recorded)}, but its evidence comes to ${inWords(derived)}`;
  return {
    ...findingAt(found.commit, found.index, problem),
    stage: found.stage,
    recorded: { ...recorded },
    derived,
  };
}

function inWords({ verdict, expected, observed }: Judgement): string {
  return `${verdict} (expected ${expected}, observed ${observed})`;
}
