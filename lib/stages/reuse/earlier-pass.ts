import type { DeploymentId } from '../../history/deployment-id.ts';
import type { Event, EventData } from '../../history/events.ts';

/** What another deployment found when a check passed, and whose history holds the pass itself. */
export type EarlierPass = Pick<EventData<'StagePassed'>, 'evidence' | 'judgement' | 'artifact' | 'inputs'> & {
  readonly from: DeploymentId;
};

/**
 * The pass of a check in a deployment's history; `undefined` where it never passed there. One that was itself taken over names
 * the deployment that it was taken from, so that the evidence is never more than one step away. Pure.
 */
export function earlierPass(
  deployment: DeploymentId,
  events: readonly Event[],
  stage: string,
): EarlierPass | undefined {
  const found = events.findLast(
    ({ type, data }) => (type === 'StagePassed' || type === 'StageReused') && data.stage === stage,
  );
  if (found?.type !== 'StagePassed' && found?.type !== 'StageReused') return undefined;
  const { evidence, judgement, artifact, inputs } = found.data;
  return {
    from: found.type === 'StageReused' ? found.data.from : deployment,
    evidence,
    judgement,
    ...(artifact === undefined ? {} : { artifact }),
    ...(inputs === undefined ? {} : { inputs }),
  };
}
