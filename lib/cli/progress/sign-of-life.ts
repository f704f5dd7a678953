import type { Deployment } from '../../lifecycle/deployment.ts';
import { timeOfDay } from '../../lifecycle/wording/times.ts';
import { oneLine } from '../output/untrusted.ts';
import { elapsed } from './stage-list.ts';

/** The line that says, where nothing changed for a while, what is being waited for. Pure. */
export function signOfLife(deployment: Deployment | undefined, now: string): string {
  const active =
    deployment?.view.stages.filter((stage) => stage.state === 'running' || stage.state === 'undoing') ?? [];
  const waits = active.map((stage) => {
    const observed =
      stage.judgement === undefined ? '' : `, last observed ${oneLine(stage.judgement.observed)}`;
    return `${stage.state} ${stage.name} for ${elapsed(stage, now)}${observed}`;
  });
  return `${timeOfDay(now)}  … still ${waits.length === 0 ? 'waiting for the deployment to go on' : waits.join('; ')}`;
}
