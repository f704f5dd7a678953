import type { DeploymentView } from '../../lifecycle/view.ts';
import { changesOf } from '../../pipeline/steps.ts';

/**
 * When a deployment began its first change in an environment, in milliseconds since 1970: what was so before is not its doing.
 * Taking the lease changes nothing that is measured. Pure.
 */
export function changedAt(view: DeploymentView, environment: string): number | undefined {
  const names = changesOf(view.pipeline)
    .filter((stage) => stage.kind !== 'acquire' && stage.environment === environment)
    .map(({ name }) => name);
  const begun = view.stages.flatMap(({ name, startedAt }) =>
    startedAt !== undefined && names.includes(name) ? [Date.parse(startedAt)] : [],
  );
  return begun.length === 0 ? undefined : Math.min(...begun);
}
