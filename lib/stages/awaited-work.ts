import type { EventData } from '../history/events.ts';
import type { Stage } from '../pipeline/stage.ts';
import { isChange } from '../pipeline/stage-class.ts';
import type { Cloud } from './cloud.ts';
import type { Errand, Progress } from './elsewhere.ts';
import type { Applied, Json, Observation, StageContext } from './kind.ts';
import { changeKindOf, checkKindOf } from './registry.ts';

/** What a stage has done elsewhere, whatever its kind. */
export type AwaitedWork = {
  readonly answer: EventData<'StageAwaiting'>['answer'];
  readonly lacks: (cloud: Cloud | undefined) => string | undefined;
  readonly advance: (context: StageContext, errand: Errand, capture: Json) => Promise<Progress<Found>>;
  readonly stop: (context: StageContext, errand: Errand) => Promise<void>;
};

/** What a check saw, or what a change did. */
export type Found = { readonly observation: Observation } | { readonly applied: Applied };

/** The work of a stage that awaits an answer. Errors: a bug when its kind does nothing elsewhere. */
export function awaitedWork(stage: Stage): AwaitedWork {
  if (isChange(stage)) {
    const elsewhere = changeKindOf(stage).elsewhere ?? missing(stage);
    return {
      answer: elsewhere.answer(stage),
      lacks: (cloud) => elsewhere.lacks(stage, cloud),
      advance: async (context, errand, capture) =>
        mapped(await elsewhere.advance(stage, context, errand, capture), (applied) => ({ applied })),
      stop: async (context, errand) => elsewhere.stop?.(stage, context, errand),
    };
  }
  const elsewhere = checkKindOf(stage).elsewhere ?? missing(stage);
  return {
    answer: elsewhere.answer(stage),
    lacks: (cloud) => elsewhere.lacks(stage, cloud),
    advance: async (context, errand, capture) =>
      mapped(await elsewhere.advance(stage, context, errand, capture), (observation) => ({ observation })),
    stop: async (context, errand) => elsewhere.stop?.(stage, context, errand),
  };
}

function mapped<Result>(progress: Progress<Result>, wrap: (result: Result) => Found): Progress<Found> {
  return progress.state === 'ended' ? { state: 'ended', result: wrap(progress.result) } : progress;
}

function missing({ kind }: Stage): never {
  throw new Error(`a ${kind} stage awaits an answer, but its kind does nothing elsewhere`);
}
