import type { Deployment } from '../../lifecycle/deployment.ts';
import type { StageView } from '../../lifecycle/view.ts';
import { timeOfDay } from '../../lifecycle/wording/times.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { stagesOf } from '../../pipeline/steps.ts';
import { oneLine } from '../output/untrusted.ts';
import { elapsed } from './stage-list.ts';

/** The line that says, where nothing changed for a while, what is being waited for. Pure. */
export function signOfLife(deployment: Deployment | undefined, now: string): string {
  const active =
    deployment?.view.stages.filter((stage) => stage.state === 'running' || stage.state === 'undoing') ?? [];
  const waits = active.map((stage) => {
    const known = [newest(stage), deployment && awaited(stage, deployment.view.pipeline)];
    return [`${stage.state} ${stage.name} for ${elapsed(stage, now)}`, ...known].filter(Boolean).join(', ');
  });
  return `${timeOfDay(now)}  … still ${waits.length === 0 ? 'waiting for the deployment to go on' : waits.join('; ')}`;
}

function newest({ state, judgement, failure }: StageView): string | undefined {
  if (judgement !== undefined) return `last observed ${oneLine(judgement.observed)}`;
  return failure === undefined || state === 'undoing'
    ? undefined
    : `the attempt before: ${oneLine(failure.observed)}`;
}

/** What keeps a placement from being done: the service says by its health check when it is ready. */
function awaited({ name, state }: StageView, pipeline: Pipeline): string | undefined {
  const stage = stagesOf(pipeline).find((candidate) => candidate.name === name);
  if (stage?.kind !== 'place' || state !== 'running') return undefined;
  const target = pipeline.environments[stage.environment]?.target;
  if (target?.kind !== 'process') return undefined;
  return `waiting for the service to answer ${oneLine(target.health)} with a status below 400`;
}
