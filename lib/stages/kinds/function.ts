import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import type { FunctionStage } from '../../pipeline/kinds/function.ts';
import type { AwaitedAttempt, AwaitedProgress } from '../awaited-kind.ts';
import { type AnswerEvidence, answerInText, isPendingAnswer } from '../function/answer.ts';
import { judgeAnswer } from '../function/judge-answer.ts';
import { runModule } from '../function/run-module.ts';
import type { CheckKind, Json, Observation, StageContext } from '../kind.ts';

/** Asks a function and holds its answer against the criteria. It may answer at once, or say that it will report. */
export const functionKind: CheckKind<FunctionStage> = {
  recoveries: USUAL_RECOVERIES,

  awaited: {
    answer: () => 'report',
    lacks: (stage, cloud) =>
      stage.function !== undefined && cloud === undefined
        ? `AWS Lambda, where the function ${stage.function} is`
        : undefined,
    async advance(stage, context, awaited): Promise<AwaitedProgress<Observation>> {
      if (awaited.isPending || awaited.key === undefined) return { state: 'running' };
      const evidence = await ask(stage, context, { ...awaited, key: awaited.key });
      return isPendingAnswer(evidence) ? { state: 'pending' } : { state: 'ended', result: { evidence } };
    },
  },

  async observe() {
    throw new Error('a function stage awaits its answer, so it is never observed');
  },

  judge: (stage, recorded) => judgeAnswer(stage, recorded),

  async reusable() {
    return { never: 'what a function answers may change at any time' };
  },
};

async function ask(
  stage: FunctionStage,
  context: StageContext,
  { key }: AwaitedAttempt & { readonly key: string },
): Promise<AnswerEvidence> {
  const payload = payloadOf(stage, context);
  if (stage.module !== undefined)
    return answerInText(await runModule({ ...stage, module: stage.module }, payload, key, context));
  if (stage.function === undefined || context.cloud === undefined)
    throw new Error(`${stage.name} names no function, or there is nobody to ask it`);
  return answerInText(
    await context.cloud.functions.invoke(stage.function, { ...payload, key, env: stage.env }, context.signal),
  );
}

/** What a function is told. With `key` it may report later; the same question may be asked more than once. */
function payloadOf(
  stage: FunctionStage,
  { deployment: { view }, attempt }: StageContext,
): Readonly<Record<string, Json>> {
  const { version, commit = null } = view.release;
  return {
    deployment: view.deployment,
    pipeline: view.pipeline.pipeline,
    stage: stage.name,
    attempt,
    environment: stage.environment ?? null,
    release: { version, commit, artifact: view.artifact },
  };
}
