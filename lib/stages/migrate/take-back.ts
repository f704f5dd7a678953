import { wayBack } from '../../environments/schema-return.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { MigrateStage } from '../../pipeline/kinds/migrate.ts';
import { undoInBuild } from '../cloud/undo-in-build.ts';
import type { Json, StageContext } from '../kind.ts';
import type { Captured } from './captured.ts';
import { migrationOrder } from './migrate-in-build.ts';
import { schemaConflict } from './require-schemas.ts';
import { runWayBack } from './run-migration.ts';
import { type KnownSchema, recordSchema } from './schema-of.ts';
import { STAYS } from './stays-in-rollback.ts';

/**
 * Takes an expansion or a filling back, or leaves it where it is harmless. An attempt that recorded nothing may be half done, so its undo
 * runs too.
 *
 * Errors: `Conflict` where later migrations are built on it; those of the command.
 */
export async function undoMigration(
  stage: MigrateStage,
  context: StageContext,
  captured: Captured,
  { state, own }: KnownSchema,
): Promise<Json> {
  const way = state === undefined || own === undefined ? 'undo' : wayBack(stage.schema, state, own);
  if (way === 'left') return { undone: false, why: STAYS.builtOn, schema: stage.schema };
  if (way !== 'undo') throw schemaConflict(stage.environment, way.obstacle);
  if (stage.undo === undefined) {
    const schema = await recordSchema(stage, context, true);
    return { undone: true, schema, left: stage.harmless ?? '' };
  }
  const outcome = await goBack(stage, context, captured, stage.undo);
  return { undone: true, schema: await recordSchema(stage, context, true), ...outcome };
}

/**
 * In a rollback the contract stays: it was not admitted unless what returns runs on what is left. In a deployment that failed,
 * the contract itself is what failed, and unless its `verify` succeeds nobody knows what is gone.
 *
 * Errors: `CommandFailed` where nothing shows that everything is whole.
 */
export async function undoContract(
  stage: MigrateStage,
  context: StageContext,
  captured: Captured,
  { own }: KnownSchema,
): Promise<Json> {
  if (context.deployment.view.kind === 'rollback') return { undone: false, why: STAYS.contract };
  if (own === undefined && stage.verify !== undefined) {
    const outcome = await goBack(stage, context, captured, stage.verify);
    return { undone: false, why: 'the contract removed nothing: its verify succeeded', ...outcome };
  }
  const { name, schema, environment } = stage;
  const why = own === undefined ? 'nothing tells whether it removed anything' : 'it was made';
  throw new NoneventError(
    'CommandFailed',
    `contract ${name} of schema ${schema} cannot be taken back: ${why}`,
    {
      fields: { environment, schema },
      hint: 'look at the schema; go on to a release that runs on what is left',
    },
  );
}

function goBack(
  stage: MigrateStage,
  context: StageContext,
  { artifact, run = stage.name }: Captured,
  command: string,
): Promise<{ readonly [field: string]: Json }> {
  if (stage.project === undefined) return runWayBack(stage, command, artifact, context);
  return undoInBuild(stage, context, run, migrationOrder(stage, context, artifact, command));
}
