import type { Commit } from '../history/event-store.ts';
import type { Event, Judgement } from '../history/events.ts';
import type { Json } from '../pipeline/json.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { CheckStage } from '../pipeline/stage.ts';
import { isChange } from '../pipeline/stage-class.ts';
import { stagesOf } from '../pipeline/steps.ts';

/** What a check was recorded to have found, with the evidence it found it in. */
export type RecordedJudgement = {
  readonly commit: Commit;
  /** The event's place in its commit. */
  readonly index: number;
  readonly event: Event['type'];
  readonly stage: string;
  readonly attempt: number;
  readonly evidence: Json;
  readonly judgement: Judgement;
};

/** Every judgement in a deployment's history, in order: of measurements, of passes, and of failures that had evidence. */
export function judgementsIn(commits: readonly Commit[]): readonly RecordedJudgement[] {
  return commits.flatMap((commit) =>
    commit.events.flatMap((event, index) => {
      const found = judgementOf(event);
      return found === undefined ? [] : [{ commit, index, event: event.type, ...found }];
    }),
  );
}

/** The checks of a pipeline by their names. Changes record what they did, which nothing is judged by. */
export function checksOf(pipeline: Pipeline): ReadonlyMap<string, CheckStage> {
  return new Map(
    stagesOf(pipeline).flatMap((stage) => (isChange(stage) ? [] : [[stage.name, stage] as const])),
  );
}

type Found = Pick<RecordedJudgement, 'stage' | 'attempt' | 'evidence' | 'judgement'>;

function judgementOf(event: Event): Found | undefined {
  switch (event.type) {
    case 'StageMeasured':
    case 'StagePassed':
      return event.data;
    case 'StageReused':
      return { ...event.data, attempt: 0 };
    case 'StageFailed':
    case 'StageAttemptFailed': {
      const { stage, attempt, failure } = event.data;
      const verdict = VERDICT_OF_MODE[failure.mode];
      if (verdict === undefined || failure.evidence === undefined) return undefined;
      const { expected, observed, evidence } = failure;
      return { stage, attempt, evidence, judgement: { verdict, expected, observed } };
    }
    default:
      return undefined;
  }
}

/** The modes that come of a judgement; the others come of not being able to judge. */
const VERDICT_OF_MODE: Readonly<Partial<Record<string, Judgement['verdict']>>> = {
  rejected: 'fail',
  inconclusive: 'inconclusive',
};
