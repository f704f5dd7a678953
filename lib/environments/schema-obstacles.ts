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
import { type HeldRevision, heldRevisions, notRunningOn } from './schema-revisions.ts';

type Commits = readonly Pick<Commit, 'events'>[];
type Migration = Pick<MigrateStage, 'name' | 'environment' | 'schema' | 'phase' | 'from' | 'to'>;

/** A fact that stands against a deployment, with what had to hold instead and what to do. */
export type SchemaObstacle = { readonly observed: string; readonly expected: string; readonly hint: string };

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
): SchemaObstacle | undefined {
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
): SchemaObstacle | undefined {
  const { schema, environment, phase, from, to, name } = stage;
  if (isMigrated(state, stage)) return undefined;
  if (state !== undefined && newestVersion(state) !== from)
    return {
      expected: `version ${from} of schema ${schema} as the newest that ${environment} serves`,
      observed: `${name} begins at version ${from} of schema ${schema}, but ${environment} serves ${servedVersions(state).join(', ')}`,
      hint: `let \`from\` of ${name} be the newest version that \`nonevent status\` shows for schema ${schema}, or put the migrations between before it`,
    };
  if (phase !== 'contract') return undefined;
  const own = ownObstacle(pipeline, stage);
  const revisions = heldRevisions(commits);
  const held = [...own, ...notRunningOn(revisions, schema, [to])];
  if (held.length === 0) return undefined;
  const more = held.length > SHOWN ? `; and ${held.length - SHOWN} more` : '';
  return {
    expected: `all that is live, known-good or may come back in ${environment} to run on version ${to} of schema ${schema}`,
    observed: `contract ${name} would leave only version ${to} of schema ${schema} in ${environment}: ${held.slice(0, SHOWN).join('; ')}${more}`,
    hint: whenUnlocked(
      revisions.find((one) => notRunningOn([one], schema, [to]).length > 0),
      stage,
    ),
  };
}

function whenUnlocked(first: HeldRevision | undefined, { schema, to }: Migration): string {
  if (first === undefined)
    return `leave the contract out and deploy; it can follow with a release that declares version ${to} of schema ${schema}`;
  return `leave the contract out and deploy; it can follow once ${first.ref.revision} is no longer ${STANDING[first.standing]}`;
}

const STANDING = {
  live: 'live or known-good',
  'known-good': 'known-good',
  'may come back': 'what a rollback returns to',
} as const satisfies Readonly<Record<HeldRevision['standing'], string>>;

/** What a release declares and an environment does not serve; `undefined` where it runs there. Pure. */
export function releaseObstacle(
  { schemas = {} }: Pick<Pipeline, 'schemas'>,
  environment: string,
  states: SchemaStates,
): SchemaObstacle | undefined {
  for (const [schema, declared] of Object.entries(schemas)) {
    if (declared === 'none') continue;
    const needs = `the release ${declaredInWords(declared, schema)}`;
    const state = stateOf(states, schema);
    const expected = `${environment} to serve a version of schema ${schema} that the release runs on`;
    if (state === undefined) {
      const observed = `${needs}, and nothing is known of schema ${schema} in ${environment}`;
      return { expected, observed, hint: FIRST_VERSION };
    }
    const served = servedVersions(state);
    if (runsOnServed(declared, served)) continue;
    const observed = `${needs}, but ${environment} serves ${served.join(', ')}`;
    return { expected, observed, hint: SERVED_VERSION };
  }
  return undefined;
}

const FIRST_VERSION =
  'put a migration from 0 to 1 before the release is placed: it makes the schema, or looks whether it is as expected';
const SERVED_VERSION =
  'put the migration that adds the version before the release is placed, or deploy a release that runs on what is served';

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
