import type { EnvironmentDefinition } from '../pipeline/environment.ts';
import type { Targets } from './target.ts';

/** Targets of both places: processes on this machine, and everything else where `aws` finds it. */
export function targetsByKind(processes: Targets, aws: Targets): Targets {
  const placeOf = ({ target }: EnvironmentDefinition): Targets =>
    target.kind === 'process' ? processes : aws;
  return {
    target: (environment, pipeline, definition, deployment) =>
      placeOf(definition).target(environment, pipeline, definition, deployment),
    runtime: (definition) => placeOf(definition).runtime(definition),
  };
}
