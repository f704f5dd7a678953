import { type EventData, event } from '../history/events.ts';
import { type Decision, opening } from './decide.ts';
import type { Deployment } from './deployment.ts';
import { stageViewOf, standingOf } from './standing.ts';

/** Takes over what another deployment found for a check, unless the check was begun here or the deployment is to stop. */
export function decideToReuse(deployment: Deployment, reuse: EventData<'StageReused'>): Decision {
  const known = stageViewOf(deployment, reuse.stage);
  const isFresh = known.attempts === 0 && standingOf(deployment, known) === 'here';
  if (!isFresh || deployment.view.stop !== undefined) return [];
  return [...opening(deployment), event('StageReused', reuse)];
}
