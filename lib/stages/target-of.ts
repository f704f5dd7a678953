import { NoneventError } from '../nonevent-error.ts';
import type { Target } from '../targets/target.ts';
import type { StageContext } from './kind.ts';

/** The target of an environment, as the deployment's pinned pipeline defines it. Errors: `NotFound`. */
export async function targetOf({ targets, deployment }: StageContext, environment: string): Promise<Target> {
  const { pipeline } = deployment.view;
  const definition = pipeline.environments[environment];
  if (definition !== undefined)
    return targets.target(environment, pipeline.pipeline, definition, deployment.view.deployment);
  throw new NoneventError(
    'NotFound',
    `pipeline ${pipeline.pipeline} has no environment ${JSON.stringify(environment)}`,
    {
      fields: { environment },
      hint: `environments: ${Object.keys(pipeline.environments).join(', ')}`,
    },
  );
}
