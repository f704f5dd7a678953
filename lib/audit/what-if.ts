import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DeploymentId } from '../history/deployment-id.ts';
import type { Commit, StreamName } from '../history/event-store.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { CheckStage } from '../pipeline/stage.ts';
import { checkKindOf } from '../stages/registry.ts';
import { collecting } from './derive-verdicts.ts';
import type { Finding } from './finding.ts';
import { checksOf, judgementsIn, type RecordedJudgement } from './judgements.ts';
import { verifyChain } from './verify-chain.ts';

/** What became of a check, or what would have. `undecided`: the recorded evidence is not enough to say. */
export type CheckResult = 'passes' | 'stops' | 'undecided';

/** What a policy would have made of one check of one deployment. */
export type CheckWhatIf = {
  readonly deployment: DeploymentId;
  readonly version: string;
  readonly stage: string;
  readonly recorded: CheckResult;
  readonly derived: CheckResult;
  /** How many times evidence of the check was recorded. */
  readonly measurements: number;
  /** By which of them the policy would have decided, from 1; as many as there are where it would not have. */
  readonly decidedBy: number;
  /** How many measurements, and seconds, earlier than it was decided. */
  readonly earlier: { readonly measurements: number; readonly seconds: number };
};

export type WhatIfReport = {
  readonly deployments: number;
  /** Checks of past deployments that the policy has too, by name and kind. */
  readonly checks: readonly CheckWhatIf[];
  /** Streams whose chain is broken: their evidence is not used. */
  readonly findings: readonly Finding[];
};

export type WhatIfOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The changed pipeline. Only deployments of a pipeline of the same name are looked at. */
  readonly policy: Pipeline;
  /** One deployment only. @default every deployment of the table */
  readonly stream?: StreamName;
};

/**
 * Runs the judges of a changed pipeline over the evidence that past deployments recorded.
 *
 * Errors: `StoreUnavailable`; `InvalidInput` for a stream that is not one.
 */
export async function whatIf({ policy, ...options }: WhatIfOptions): Promise<WhatIfReport> {
  let deployments = 0;
  const checks: CheckWhatIf[] = [];
  const { findings } = await verifyChain({
    ...options,
    skip: (stream) => stream?.startsWith('deployment#') !== true,
    inspect: () =>
      collecting((commits) => {
        const judged = judgeUnder(policy, commits);
        if (judged === undefined) return;
        deployments += 1;
        checks.push(...judged);
      }),
  });
  return { deployments, checks, findings };
}

/** Judges one deployment's evidence by a policy; `undefined` where it ran another pipeline. Pure. */
export function judgeUnder(policy: Pipeline, commits: readonly Commit[]): readonly CheckWhatIf[] | undefined {
  const opening = commits[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested' || opening.data.pipeline.pipeline !== policy.pipeline)
    return undefined;
  const before = checksOf(opening.data.pipeline);
  const after = checksOf(policy);
  const judgements = judgementsIn(commits);
  return [...before].flatMap(([stage, old]) => {
    const changed = after.get(stage);
    const own = judgements.filter((judgement) => judgement.stage === stage);
    if (changed === undefined || changed.kind !== old.kind || own.length === 0) return [];
    const { deployment, release } = opening.data;
    return [{ deployment, version: release.version, stage, ...compare(changed, own) }];
  });
}

function compare(
  changed: CheckStage,
  judgements: readonly RecordedJudgement[],
): Omit<CheckWhatIf, 'deployment' | 'version' | 'stage'> {
  const recorded = recordedResult(judgements);
  const derived = derive(changed, judgements);
  const last = judgements.length;
  const secondsAt = (number: number): number => Date.parse(judgements[number - 1]?.commit.at ?? '') / 1000;
  return {
    recorded,
    derived: derived.result,
    measurements: last,
    decidedBy: derived.decidedBy,
    earlier: {
      measurements: last - derived.decidedBy,
      seconds: Math.max(0, Math.round((secondsAt(last) - secondsAt(derived.decidedBy)) * 1000) / 1000),
    },
  };
}

/** What the last recorded judgement came to. */
function recordedResult(judgements: readonly RecordedJudgement[]): CheckResult {
  const event = judgements.at(-1)?.event;
  if (event === 'StagePassed' || event === 'StageReused') return 'passes';
  return event === 'StageFailed' ? 'stops' : 'undecided';
}

/** The first verdict that decides, as the one that drives a check would have taken it. */
function derive(
  check: CheckStage,
  judgements: readonly RecordedJudgement[],
): { readonly result: CheckResult; readonly decidedBy: number } {
  const enforces = check.mode === 'enforcing';
  for (const [index, { evidence }] of judgements.entries()) {
    const { verdict } = checkKindOf(check).judge(check, evidence);
    if (verdict === 'pass') return { result: 'passes', decidedBy: index + 1 };
    if (verdict === 'fail') return { result: enforces ? 'stops' : 'passes', decidedBy: index + 1 };
  }
  return { result: 'undecided', decidedBy: judgements.length };
}
