import { foldEnvironment } from '../../environments/environment.ts';
import { releaseObstacle, type SchemaObstacle, schemaObstacle } from '../../environments/schema-obstacles.ts';
import type { Commit } from '../../history/event-store.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { NoneventError } from '../../nonevent-error.ts';

/**
 * Refuses a deployment before its first change in an environment where a migration does not fit, a contract is locked, or its
 * release would not run on what is served.
 *
 * Errors: `Conflict`, with the fact that stands against it.
 */
export function requireSchemas(view: DeploymentView, environment: string, commits: readonly Commit[]): void {
  const obstacle = schemaObstacle(view, environment, commits);
  if (obstacle !== undefined) throw schemaConflict(environment, obstacle);
}

/** Refuses to place a release where it would not run on what is served now. Errors: `Conflict`. */
export function requireServed(view: DeploymentView, environment: string, commits: readonly Commit[]): void {
  const obstacle = releaseObstacle(view.pipeline, environment, foldEnvironment(commits).schemas);
  if (obstacle !== undefined) throw schemaConflict(environment, obstacle);
}

/** The error for a schema that does not fit. Its fact is evidence, so that nobody takes it for a lease that is held. */
export function schemaConflict(environment: string, obstacle: string | SchemaObstacle): NoneventError {
  if (typeof obstacle !== 'string') {
    const { expected, observed, hint } = obstacle;
    return new NoneventError('Conflict', observed, {
      fields: { environment, obstacle: observed, expected },
      hint,
    });
  }
  return new NoneventError('Conflict', obstacle, {
    fields: { environment, obstacle },
    hint: `see what is served with \`nonevent status\`, and what was migrated with \`nonevent history --environment ${environment}\``,
  });
}
