import type { Deployment } from '../../lifecycle/deployment.ts';
import type { StageView } from '../../lifecycle/view.ts';
import { type LiveNow, lastEnvironment } from './live-now.ts';
import { trafficOfRunning } from './traffic.ts';

/**
 * A deployment as `-o json` gives it. `live` and `knownGood` are those of the environment it ends up in,
 * `traffic` is the split that it has made while it runs. Pure.
 */
export function statusDocument({ state, view }: Deployment, live: LiveNow): object {
  const pair = live[lastEnvironment(view.pipeline) ?? ''];
  return {
    deployment: view.deployment,
    pipeline: view.pipeline.pipeline,
    release: view.release,
    kind: view.kind,
    of: view.of ?? null,
    from: view.from ?? null,
    apis: view.pipeline.apis ?? null,
    schemas: view.pipeline.schemas ?? null,
    trigger: view.trigger,
    state,
    outcome: view.outcome ?? null,
    requestedAt: view.requestedAt,
    startedAt: view.startedAt ?? null,
    endedAt: view.endedAt ?? null,
    stages: view.stages.map(stageDocument),
    failure: view.failure ?? null,
    live: pair?.live ?? null,
    knownGood: pair?.knownGood ?? null,
    traffic: trafficOfRunning(view) ?? null,
    environments: Object.fromEntries(
      Object.entries(live).map(([name, now]) => [
        name,
        { live: now?.live ?? null, knownGood: now?.knownGood ?? null },
      ]),
    ),
  };
}

function stageDocument(stage: StageView): object {
  const sides = stage.failure ?? stage.judgement;
  return {
    name: stage.name,
    kind: stage.kind,
    class: stage.class,
    state: stage.state,
    attempts: stage.attempts,
    mode: stage.mode,
    question: stage.question,
    expected: sides?.expected ?? null,
    observed: sides?.observed ?? null,
    startedAt: stage.startedAt ?? null,
    endedAt: stage.endedAt ?? null,
    reused: stage.reused ?? null,
    notReused: stage.notReused ?? null,
  };
}
