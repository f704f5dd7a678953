import type { Commit } from '../history/event-store.ts';
import type { DeploymentView } from '../lifecycle/view.ts';
import type { MigrateStage } from '../pipeline/kinds/migrate.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { declaredFor, declaredInWords, runsOnServed } from '../pipeline/schemas.ts';
import { changesOf } from '../pipeline/steps.ts';
import { foldEnvironment } from './environment.ts';
import {
  isMigrated,
  newestVersion,
  type SchemaState,
  type SchemaStates,
  servedVersions,
  withChange,
} from './schema.ts';
import { heldRevisions, notRunningOn } from './schema-revisions.ts';

type Commits = readonly Pick<Commit, 'events'>[];
type Migration = Pick<MigrateStage, 'name' | 'environment' | 'schema' | 'phase' | 'from' | 'to'>;

/** More than these are not read. */
const SHOWN = 8;

/**
 * What stands against the migrations of a pipeline in an environment, and against its release there, seen from before the first
 * change: each migration as it will find the schema, each place as the migrations before it leave it. `undefined` where
 * nothing does. Pure.
 */
export function schemaObstacle(
  { pipeline, deployment }: Pick<DeploymentView, 'pipeline' | 'deployment'>,
  environment: string,
  commits: Commits,
): string | undefined {
  let states = foldEnvironment(commits).schemas;
  for (const stage of changesOf(pipeline)) {
    if (stage.environment !== environment) continue;
    if (stage.kind === 'place') {
      const obstacle = releaseObstacle(pipeline, environment, states);
      if (obstacle !== undefined) return obstacle;
    }
    if (stage.kind !== 'migrate') continue;
    const state = stateOf(states, stage.schema);
    const obstacle = migrationObstacle(pipeline, stage, state, commits);
    if (obstacle !== undefined) return obstacle;
    if (isMigrated(state, stage)) continue;
    const { name, phase, from, to } = stage;
    const change = { stage: name, phase, from, to, harmless: false, deployment };
    states = { ...states, [stage.schema]: withChange(state, change) };
  }
  return undefined;
}

/**
 * What stands against one migration now: the schema is at another version, or it is a contract that somebody could not live with.
 * `undefined` also where it has been made already. Pure.
 */
export function migrationObstacle(
  pipeline: Pipeline,
  stage: Migration,
  state: SchemaState | undefined,
  commits: Commits,
): string | undefined {
  const { schema, environment, phase, from, to, name } = stage;
  if (isMigrated(state, stage)) return undefined;
  if (state !== undefined && newestVersion(state) !== from)
    return `${name} begins at version ${from} of schema ${schema}, but ${environment} serves ${servedVersions(state).join(', ')}`;
  if (phase !== 'contract') return undefined;
  const own = ownObstacle(pipeline, stage);
  const held = [...own, ...notRunningOn(heldRevisions(commits), schema, [to])];
  if (held.length === 0) return undefined;
  const more = held.length > SHOWN ? `; and ${held.length - SHOWN} more` : '';
  return `contract ${name} would leave only version ${to} of schema ${schema} in ${environment}: ${held.slice(0, SHOWN).join('; ')}${more}`;
}

/** What a release declares and an environment does not serve; `undefined` where it runs there. Pure. */
export function releaseObstacle(
  { schemas = {} }: Pick<Pipeline, 'schemas'>,
  environment: string,
  states: SchemaStates,
): string | undefined {
  for (const [schema, declared] of Object.entries(schemas)) {
    if (declared === 'none') continue;
    const needs = `the release ${declaredInWords(declared, schema)}`;
    const state = stateOf(states, schema);
    if (state === undefined) return `${needs}, and nothing is known of schema ${schema} in ${environment}`;
    const served = servedVersions(state);
    if (!runsOnServed(declared, served)) return `${needs}, but ${environment} serves ${served.join(', ')}`;
  }
  return undefined;
}

/** The release of a pipeline that places none is nowhere, so it needs nothing. */
function ownObstacle(pipeline: Pipeline, { schema, environment, to }: Migration): readonly string[] {
  const places = changesOf(pipeline).some(
    (change) => change.kind === 'place' && change.environment === environment,
  );
  const declared = declaredFor(pipeline.schemas, schema);
  if (!places || runsOnServed(declared, [to])) return [];
  return [`this release ${declaredInWords(declared, schema)}`];
}

function stateOf(states: SchemaStates, schema: string): SchemaState | undefined {
  return Object.hasOwn(states, schema) ? states[schema] : undefined;
}
