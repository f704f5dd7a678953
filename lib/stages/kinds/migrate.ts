import { z } from 'zod';
import { isMigrated, schemaInWords, servedVersions } from '../../environments/schema.ts';
import { migrationObstacle } from '../../environments/schema-obstacles.ts';
import { wayBack } from '../../environments/schema-return.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { MigrateStage } from '../../pipeline/kinds/migrate.ts';
import { digest } from '../../pipeline/release.ts';
import { outcomeInWords } from '../command/outcome-in-words.ts';
import type { Applied, ChangeKind, Json, StageContext } from '../kind.ts';
import { progressInWords } from '../migrate/progress.ts';
import { schemaConflict } from '../migrate/require-schemas.ts';
import { runMigration, runWayBack } from '../migrate/run-migration.ts';
import { type KnownSchema, recordSchema, schemaOf } from '../migrate/schema-of.ts';

const capture = z.object({
  artifact: digest,
  served: z.array(z.int()).nullable().describe('What was served before; null where nothing was known.'),
  already: z.boolean().describe('Whether the schema had the version before the stage began.'),
});

/**
 * Migrates a schema in one of three phases. Undo runs the stage's undo, or leaves what is harmless. A contract is not undone: where it
 * failed, its `verify` command has to show that nothing was removed.
 */
export const migrateKind: ChangeKind<MigrateStage> = {
  recoveries: {
    rejected: 'compensate',
    inconclusive: 'compensate',
    errored: 'retry',
    // A long migration goes on where the attempt before it had come to.
    timedOut: 'retry',
    lost: 'retry',
    stopped: 'compensate',
    superseded: 'compensate',
  },

  async capture(stage, context) {
    const { view } = context.deployment;
    const { commits, state } = await schemaOf(stage, context);
    const obstacle = migrationObstacle(view.pipeline, stage, state, commits);
    if (obstacle !== undefined) throw schemaConflict(stage.environment, obstacle);
    return {
      artifact: view.artifact,
      served: state === undefined ? null : [...servedVersions(state)],
      already: isMigrated(state, stage),
    };
  },

  async apply(stage, context, captured) {
    const { artifact, already } = capture.parse(captured);
    const { schema, from, to, phase } = stage;
    const evidence = { schema, phase, from, to };
    const known = await schemaOf(stage, context);
    // Made by an earlier deployment, or by an attempt that ended before its outcome was recorded.
    if (already || known.own !== undefined)
      return done(stage, { ...evidence, ran: false }, `it was there; ${inWords(known)}`);
    const outcome = await runMigration(stage, artifact, context);
    const serves = await recordSchema(stage, context, false);
    const came = outcome.progress === undefined ? '' : `; progress ${progressInWords(outcome.progress)}`;
    return done(
      stage,
      { ...evidence, ran: true, ...outcome },
      `${outcomeInWords(outcome)}${came}; schema ${schema} ${serves}`,
    );
  },

  async undo(stage, context, captured) {
    const { artifact, already } = capture.parse(captured);
    if (already) return { undone: false, why: 'it was there before this deployment' };
    const known = await schemaOf(stage, context);
    if (stage.phase === 'contract') return undoContract(stage, context, artifact, known);
    if (known.isTakenBack) return { undone: true, repeated: true };
    return undoMigration(stage, context, artifact, known);
  },
};

function done({ schema, to }: MigrateStage, evidence: Json, observed: string): Applied {
  return { evidence, expected: `schema ${schema} at version ${to}`, observed };
}

function inWords({ state }: KnownSchema): string {
  return state === undefined ? 'nothing is recorded of the schema' : `the schema ${schemaInWords(state)}`;
}

/** An attempt that recorded nothing may be half done, so its undo runs too. */
async function undoMigration(
  stage: MigrateStage,
  context: StageContext,
  artifact: z.output<typeof digest>,
  { state, own }: KnownSchema,
): Promise<Json> {
  const way = state === undefined || own === undefined ? 'undo' : wayBack(stage.schema, state, own);
  if (way === 'left')
    return { undone: false, why: 'it stays: what came after it is built on it', schema: stage.schema };
  if (way !== 'undo') throw schemaConflict(stage.environment, way.obstacle);
  if (stage.undo === undefined) {
    const schema = await recordSchema(stage, context, true);
    return { undone: true, schema, left: stage.harmless ?? '' };
  }
  const outcome = await runWayBack(stage, stage.undo, artifact, context);
  return { undone: true, schema: await recordSchema(stage, context, true), ...outcome };
}

/**
 * In a rollback the contract stays: it was not admitted unless what returns runs on what is left. In a deployment that failed,
 * the contract itself is what failed, and unless its `verify` succeeds nobody knows what is gone.
 */
async function undoContract(
  stage: MigrateStage,
  context: StageContext,
  artifact: z.output<typeof digest>,
  { own }: KnownSchema,
): Promise<Json> {
  if (context.deployment.view.kind === 'rollback')
    return { undone: false, why: 'a contract stays: what returns runs on what it left' };
  if (own === undefined && stage.verify !== undefined) {
    const outcome = await runWayBack(stage, stage.verify, artifact, context);
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
