import { randomUUID } from 'node:crypto';
import { isMigrated, schemaInWords, servedVersions } from '../../environments/schema.ts';
import { migrationObstacle } from '../../environments/schema-obstacles.ts';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import type { MigrateStage } from '../../pipeline/kinds/migrate.ts';
import { awaitedBuild } from '../cloud/awaited-build.ts';
import { buildInWords } from '../cloud/build-evidence.ts';
import { endBuilds } from '../cloud/end-builds.ts';
import { outcomeInWords } from '../command/outcome-in-words.ts';
import type { Applied, ChangeKind, Json, StageContext } from '../kind.ts';
import { captured } from '../migrate/captured.ts';
import { followBuild, migrationOrder } from '../migrate/migrate-in-build.ts';
import { progressInWords } from '../migrate/progress.ts';
import { schemaConflict } from '../migrate/require-schemas.ts';
import { runMigration } from '../migrate/run-migration.ts';
import { type KnownSchema, recordSchema, schemaOf } from '../migrate/schema-of.ts';
import { STAYS } from '../migrate/stays-in-rollback.ts';
import { undoContract, undoMigration } from '../migrate/take-back.ts';

const inBuild = awaitedBuild<MigrateStage, Applied>({
  prepare: endBuilds,
  follow: followBuild,
  order: (stage, context, capture) =>
    migrationOrder(stage, context, captured.parse(capture).artifact, stage.run),
  async result(stage, evidence, _, context) {
    if (evidence.status === 'SUCCEEDED')
      return { state: 'ended', result: await made(stage, context, evidence, buildInWords(evidence)) };
    const { progress } = evidence;
    const came = progress === undefined ? '' : `; progress ${progressInWords(progress)}`;
    const observed = `${buildInWords(evidence)}${came}`;
    return {
      state: 'failed',
      cause: { mode: 'errored', expected: 'the build succeeded', observed, evidence },
    };
  },
});

/**
 * Migrates a schema in one of three phases. Undo runs the stage's undo, or leaves what is harmless. A contract is not undone: where it
 * failed, its `verify` command has to show that nothing was removed.
 */
export const migrateKind: ChangeKind<MigrateStage> = {
  recoveries: {
    ...USUAL_RECOVERIES,
    // A long migration goes on where the attempt before it had come to.
    timedOut: 'retry',
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
      ...(stage.project === undefined ? {} : { run: randomUUID() }),
    };
  },

  async apply(stage, context, capture) {
    const there = await asItIs(stage, context, capture);
    if (there !== undefined) return there;
    const outcome = await runMigration(stage, captured.parse(capture).artifact, context);
    return made(stage, context, outcome, outcomeInWords(outcome));
  },

  async undo(stage, context, capture) {
    const given = captured.parse(capture);
    if (given.already) return { undone: false, why: STAYS.found };
    // What still runs would go on with what is taken back, or with what is asked about.
    if (stage.project !== undefined) await endBuilds(stage, context);
    const known = await schemaOf(stage, context);
    if (stage.phase === 'contract') return undoContract(stage, context, given, known);
    if (known.isTakenBack) return { undone: true, repeated: true };
    return undoMigration(stage, context, given, known);
  },

  awaited: {
    ...inBuild,
    async advance(stage, context, awaited, capture) {
      const there = await asItIs(stage, context, capture);
      return there === undefined
        ? inBuild.advance(stage, context, awaited, capture)
        : { state: 'ended', result: there };
    },
  },
};

/** What there is to say where there is nothing to do: made by an earlier deployment, or by an attempt whose outcome was not recorded. */
async function asItIs(
  stage: MigrateStage,
  context: StageContext,
  capture: Json,
): Promise<Applied | undefined> {
  const known = await schemaOf(stage, context);
  if (!captured.parse(capture).already && known.own === undefined) return undefined;
  return done(stage, { ...evidenceOf(stage), ran: false }, `it was there; ${inWords(known)}`);
}

async function made(
  stage: MigrateStage,
  context: StageContext,
  outcome: { readonly [field: string]: Json } & { readonly progress?: string | undefined },
  words: string,
): Promise<Applied> {
  const serves = await recordSchema(stage, context, false);
  const came = outcome.progress === undefined ? '' : `; progress ${progressInWords(outcome.progress)}`;
  return done(
    stage,
    { ...outcome, ...evidenceOf(stage), ran: true },
    `${words}${came}; schema ${stage.schema} ${serves}`,
  );
}

function evidenceOf({ schema, phase, from, to }: MigrateStage) {
  return { schema, phase, from, to };
}

function done({ schema, to }: MigrateStage, evidence: Json, observed: string): Applied {
  return { evidence, expected: `schema ${schema} at version ${to}`, observed };
}

function inWords({ state }: KnownSchema): string {
  return state === undefined ? 'nothing is recorded of the schema' : `the schema ${schemaInWords(state)}`;
}
