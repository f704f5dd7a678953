import type { Deployment } from '../../lifecycle/deployment.ts';
import type { DeploymentView, StageView } from '../../lifecycle/view.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { isParallel, stagesOf } from '../../pipeline/steps.ts';
import { suggest } from '../../pipeline/suggest.ts';
import { stepOf } from './judge-reuse.ts';

/**
 * Only a deployment that has ended can be run again; from a later stage on, only where every check before that one passed. Pure.
 *
 * Errors: `Conflict` for a rollback and for one that still runs; `InvalidInput` for a stage that cannot be the first.
 */
export function requireRerunnable({ view }: Deployment, from: string | undefined): void {
  const fields = { deployment: view.deployment };
  if (view.kind === 'rollback') {
    throw new NoneventError(
      'Conflict',
      `deployment ${view.deployment} is a rollback, expected one that went forward`,
      {
        fields,
        hint: `try a rollback again with \`nonevent rollback ${view.of ?? ''} --again\``,
      },
    );
  }
  if (view.outcome === undefined) {
    throw new NoneventError(
      'Conflict',
      `deployment ${view.deployment} still runs, expected one that has ended`,
      {
        fields,
        hint: `watch it with \`nonevent status ${view.deployment} --watch\`, or stop it with \`nonevent stop ${view.deployment}\``,
      },
    );
  }
  if (from !== undefined) requirePassedBefore(view, from);
}

function requirePassedBefore(view: DeploymentView, from: string): void {
  const { pipeline } = view;
  const index = stepOf(pipeline, from);
  if (index < 0) throw unknownStage(view, from);
  const earlier = new Set(
    pipeline.stages
      .slice(0, index)
      .flatMap((step) => (isParallel(step) ? step.stages : [step]))
      .map(({ name }) => name),
  );
  const missing = view.stages.find(
    (stage) => stage.class === 'check' && earlier.has(stage.name) && !hasPassed(stage),
  );
  if (missing === undefined) return;
  throw new NoneventError(
    'InvalidInput',
    `check ${missing.name}, which comes before ${from}, did not pass in deployment ${view.deployment}: it is ${missing.state}`,
    {
      fields: { deployment: view.deployment, stage: missing.name },
      hint: `run again from there or before: \`nonevent rerun ${view.deployment}\` takes over what passed`,
    },
  );
}

function hasPassed({ state }: StageView): boolean {
  return state === 'passed' || state === 'reused';
}

function unknownStage({ deployment, pipeline }: DeploymentView, from: string): NoneventError {
  const names = stagesOf(pipeline).map(({ name }) => name);
  const near = suggest(from, names);
  return new NoneventError(
    'InvalidInput',
    `deployment ${deployment} has no stage ${JSON.stringify(from)}, expected one of ${names.join(', ')}`,
    {
      fields: { deployment, stage: from },
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    },
  );
}
