import { decideOnEnvironment } from '../../environments/decide-on-environment.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import {
  type SchemaChange,
  type SchemaState,
  schemaInWords,
  standingChange,
} from '../../environments/schema.ts';
import type { Commit } from '../../history/event-store.ts';
import { event } from '../../history/events.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { MigrateStage } from '../../pipeline/kinds/migrate.ts';
import type { StageContext } from '../kind.ts';

/** A schema as the history of its environment has it. */
export type KnownSchema = {
  readonly commits: readonly Commit[];
  readonly state: SchemaState | undefined;
  /** What the stage's own deployment has made of it and not taken back. */
  readonly own: SchemaChange | undefined;
  /** Whether that deployment has taken it back. */
  readonly isTakenBack: boolean;
};

/** Reads what is recorded of the schema that a stage migrates. A rollback speaks of the deployment that it undoes. */
export async function schemaOf(
  { environment, schema, name }: MigrateStage,
  { store, deployment: { view } }: StageContext,
): Promise<KnownSchema> {
  const { commits } = await store.load(environmentStream(environment));
  const owner = ownerOf(view);
  const { schemas } = foldEnvironment(commits);
  const state = Object.hasOwn(schemas, schema) ? schemas[schema] : undefined;
  const own = standingChange(state, owner, name);
  const wasMade = commits.some(({ events }) =>
    events.some(
      ({ type, data }) => type === 'SchemaChanged' && data.deployment === owner && data.stage === name,
    ),
  );
  return { commits, state, own, isTakenBack: wasMade && own === undefined };
}

/**
 * Records that a migration was made, or taken back, unless the environment knows it already. Returns the schema in words.
 *
 * Errors: `Conflict` without the lease; those of the store.
 */
export async function recordSchema(
  stage: MigrateStage,
  { store, deployment: { view } }: StageContext,
  undone: boolean,
): Promise<string> {
  const { environment, schema, name, phase, from, to, harmless } = stage;
  const owner = ownerOf(view);
  const after = await decideOnEnvironment(store, environment, ({ lease, schemas }) => {
    const stands = standingChange(schemas[schema], owner, name) !== undefined;
    if (stands !== undone) return [];
    if (lease?.deployment !== view.deployment) throw withoutLease(stage, view.deployment);
    const by = owner === view.deployment ? {} : { by: view.deployment };
    const change = { schema, stage: name, phase, from, to, harmless: harmless !== undefined };
    return [event('SchemaChanged', { ...change, deployment: owner, undone, ...by })];
  });
  const state = after.schemas[schema];
  return state === undefined ? 'nothing is recorded of it' : schemaInWords(state);
}

function ownerOf(view: StageContext['deployment']['view']): SchemaChange['deployment'] {
  return view.kind === 'rollback' ? (view.of ?? view.deployment) : view.deployment;
}

function withoutLease({ environment, schema, name }: MigrateStage, deployment: string): NoneventError {
  return new NoneventError(
    'Conflict',
    `deployment ${deployment} does not hold the lease of ${environment}, so it may not record what ${name} made of schema ${schema}`,
    { fields: { environment, schema }, hint: `see \`nonevent history --environment ${environment}\`` },
  );
}
