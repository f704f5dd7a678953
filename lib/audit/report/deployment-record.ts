import type { Commit } from '../../history/event-store.ts';
import { keptBecause } from '../../lifecycle/kept.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { DeploymentView, StageView } from '../../lifecycle/view.ts';
import { markOfDeployment, markOfStage } from '../../lifecycle/wording/marks.ts';
import { between } from '../../lifecycle/wording/times.ts';
import type { SealedBy } from '../seal.ts';
import { type Testing, testingOf } from './testing.ts';

/** A question that a deployment asked, and what came of it. */
export type QuestionRecord = Pick<StageView, 'kind' | 'class' | 'mode' | 'question' | 'state'> & {
  readonly stage: string;
  readonly expected: string;
  readonly observed: string;
  /** `pass`, `fail`, `inconclusive`; a failure mode where there was nothing to judge; `not asked`. */
  readonly verdict: string;
  /** What became of the stage, in a word: `passed`, `failed`, `undone`. */
  readonly became: string;
  /** JSON text of what was seen; empty where nothing was. */
  readonly evidence: string;
  readonly endedAt: string | undefined;
};

/** A change that was taken back, that stays, or that could not be taken back. */
export type UndoRecord = {
  readonly stage: string;
  readonly at: string;
  readonly failed: string | undefined;
  /** Why it was left as it is. */
  readonly kept?: string;
};

/** A deployment as an auditor needs it. */
export type DeploymentRecord = Pick<
  DeploymentView,
  'deployment' | 'kind' | 'of' | 'release' | 'trigger' | 'requestedAt' | 'endedAt' | 'outcome' | 'stop'
> & {
  readonly pipeline: string;
  readonly environments: readonly string[];
  readonly reason: string | undefined;
  /** How it ended, in words: `succeeded`, `rolled back`, `stopped`, `running`. */
  readonly ending: string;
  readonly questions: readonly QuestionRecord[];
  readonly testing: Testing;
  readonly undone: readonly UndoRecord[];
  /** How long it took to be as before, in milliseconds; `undefined` where nothing was taken back, or not all of it. */
  readonly tookBackMs: number | undefined;
  /** The first seal that holds its newest commit; `undefined` while none does. */
  readonly seal: Pick<SealedBy, 'seal' | 'sealedAt'> | undefined;
};

/** What an auditor needs of a deployment's history, which has been verified before. Pure. */
export function recordOf(commits: readonly Commit[], heads: readonly SealedBy[]): DeploymentRecord {
  const { view } = replay(commits);
  const opening = commits[0]?.events[0];
  const last = commits.at(-1)?.seq ?? 0;
  const seal = heads.find(({ seq }) => seq >= last);
  return {
    deployment: view.deployment,
    kind: view.kind,
    of: view.of,
    pipeline: view.pipeline.pipeline,
    environments: Object.keys(view.pipeline.environments),
    release: view.release,
    trigger: view.trigger,
    reason: opening?.type === 'DeploymentRequested' ? opening.data.reason : undefined,
    requestedAt: view.requestedAt,
    endedAt: view.endedAt,
    outcome: view.outcome,
    stop: view.stop,
    ending: markOfDeployment(view).word,
    questions: view.stages.map((stage) => questionOf(stage, view)),
    testing: testingOf(commits, view),
    undone: undoneIn(commits),
    tookBackMs: tookBack(commits, view),
    seal: seal === undefined ? undefined : { seal: seal.seal, sealedAt: seal.sealedAt },
  };
}

function questionOf(stage: StageView, { failure }: DeploymentView): QuestionRecord {
  const against = failure?.stage === stage.name ? failure : stage.failure;
  const seen = against ?? stage.judgement;
  const evidence = against?.evidence ?? stage.evidence;
  return {
    stage: stage.name,
    kind: stage.kind,
    class: stage.class,
    mode: stage.mode,
    question: stage.question,
    state: stage.state,
    expected: seen?.expected ?? '',
    observed: seen?.observed ?? '',
    verdict:
      against?.mode ?? stage.judgement?.verdict ?? (stage.startedAt === undefined ? 'not asked' : 'none'),
    became: markOfStage(stage, failure).word,
    evidence: evidence === undefined || evidence === null ? '' : JSON.stringify(evidence),
    endedAt: stage.endedAt,
  };
}

function undoneIn(commits: readonly Commit[]): readonly UndoRecord[] {
  return commits.flatMap(({ at, events }) =>
    events.flatMap(({ type, data }): readonly UndoRecord[] => {
      if (type === 'StageUndone') {
        const kept = keptBecause(data);
        if (kept !== undefined) return [{ stage: data.stage, at, failed: undefined, kept }];
        return data.effect === 'undone' ? [{ stage: data.stage, at, failed: undefined }] : [];
      }
      return type === 'UndoFailed' ? [{ stage: data.stage, at, failed: data.failure.observed }] : [];
    }),
  );
}

/** From the failure, or from a rollback's request, until everything was as before. */
function tookBack(commits: readonly Commit[], view: DeploymentView): number | undefined {
  if (view.outcome !== 'rolledBack' || view.endedAt === undefined) return undefined;
  const failed = commits.find(({ events }) => events.some(({ type }) => type === 'StageFailed'));
  const from = view.kind === 'rollback' ? view.requestedAt : failed?.at;
  return from === undefined ? undefined : between(from, view.endedAt);
}
