import type { EventData } from '../history/events.ts';
import type { Stage } from '../pipeline/stage.ts';
import { isChange } from '../pipeline/stage-class.ts';
import type { AwaitedAttempt, AwaitedProgress } from './awaited-kind.ts';
import type { Cloud } from './cloud.ts';
import type { Applied, Json, Observation, StageContext } from './kind.ts';
import { changeKindOf, checkKindOf } from './registry.ts';

/** The work that a stage awaits, whatever its kind. */
export type AwaitedWork = {
  readonly answer: EventData<'StageAwaiting'>['answer'];
  readonly lacks: (cloud: Cloud | undefined) => string | undefined;
  readonly advance: (
    context: StageContext,
    awaited: AwaitedAttempt,
    capture: Json,
  ) => Promise<AwaitedProgress<Found>>;
  readonly stop: (context: StageContext, awaited: AwaitedAttempt) => Promise<void>;
};

/** What a check saw, or what a change did. */
export type Found = { readonly observation: Observation } | { readonly applied: Applied };

/** The work of a stage that awaits an answer. Errors: a bug when its kind awaits nothing. */
export function awaitedWork(stage: Stage): AwaitedWork {
  if (isChange(stage)) {
    const kind = changeKindOf(stage).awaited ?? missing(stage);
    return {
      answer: kind.answer(stage),
      lacks: (cloud) => kind.lacks(stage, cloud),
      advance: async (context, awaited, capture) =>
        mapped(await kind.advance(stage, context, awaited, capture), (applied) => ({ applied })),
      stop: async (context, awaited) => kind.stop?.(stage, context, awaited),
    };
  }
  const kind = checkKindOf(stage).awaited ?? missing(stage);
  return {
    answer: kind.answer(stage),
    lacks: (cloud) => kind.lacks(stage, cloud),
    advance: async (context, awaited, capture) =>
      mapped(await kind.advance(stage, context, awaited, capture), (observation) => ({ observation })),
    stop: async (context, awaited) => kind.stop?.(stage, context, awaited),
  };
}

function mapped<Result>(
  progress: AwaitedProgress<Result>,
  wrap: (result: Result) => Found,
): AwaitedProgress<Found> {
  return progress.state === 'ended' ? { state: 'ended', result: wrap(progress.result) } : progress;
}

function missing({ kind }: Stage): never {
  throw new Error(`a ${kind} stage awaits an answer, but its kind has no way to get one`);
}
