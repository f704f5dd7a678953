import type { EnvironmentDefinition } from '../pipeline/environment.ts';
import type { Targets } from './target.ts';

/** Targets of either kind: processes on this machine, and everything else where `aws` finds it. */
export function targetsByKind(processes: Targets, aws: Targets): Targets {
  const targetsOf = ({ target }: EnvironmentDefinition): Targets =>
    target.kind === 'process' ? processes : aws;
  return {
    target: (environment, pipeline, definition, deployment) =>
      targetsOf(definition).target(environment, pipeline, definition, deployment),
    runtime: (definition) => targetsOf(definition).runtime(definition),
  };
}
