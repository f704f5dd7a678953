import { join } from 'node:path';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { MigrateStage } from '../../pipeline/kinds/migrate.ts';
import type { Digest } from '../../pipeline/release.ts';
import { secretsOf } from '../../secrets/secret-values.ts';
import { outcomeInWords } from '../command/outcome-in-words.ts';
import type { StageContext } from '../kind.ts';
import { type CommandOutcome, runCommand } from '../run-command.ts';
import { progressInWords, readProgress } from './progress.ts';
import { earlierMark, recordProgress } from './record-progress.ts';

/** How a command of a migration ended, as it is recorded. */
export type MigrationOutcome = Omit<CommandOutcome, 'output'> & { readonly progress?: string };

/**
 * Runs the command of a migration. What it prints as `nonevent:progress MARK` is recorded, also where it fails, and handed to the
 * next attempt as NONEVENT_PROGRESS.
 *
 * Errors: `CommandFailed`, with the newest mark, unless it ends with exit code 0; those of `runCommand`.
 */
export async function runMigration(
  stage: MigrateStage,
  artifact: Digest,
  context: StageContext,
): Promise<MigrationOutcome> {
  const recorder = recordProgress(stage, context);
  const earlier = earlierMark(stage, context);
  const progress = readProgress(secretsOf(stage), earlier, recorder.record);
  const run = {
    stage,
    purpose: 'apply',
    command: stage.run,
    artifact,
    variables: { ...versionsOf(stage), ...(earlier === undefined ? {} : { NONEVENT_PROGRESS: earlier }) },
    heard: progress.hear,
  } as const;
  try {
    return await runCommand(run, context, async ({ output: _, ...outcome }) => {
      if (outcome.exitCode !== 0) throw commandFailed(stage, stage.phase, outcome, context, progress.mark());
      const mark = progress.mark();
      return { ...outcome, ...(mark === undefined ? {} : { progress: mark }) };
    });
  } catch (thrown) {
    throw withMark(stage, thrown, progress.mark());
  } finally {
    await recorder.settled();
  }
}

/**
 * Runs the command that takes a migration back, or the one that tells whether a contract did harm.
 *
 * Errors: `CommandFailed` unless it ends with exit code 0; those of `runCommand`.
 */
export function runWayBack(
  stage: MigrateStage,
  command: string,
  artifact: Digest,
  context: StageContext,
): Promise<MigrationOutcome> {
  const run = { stage, purpose: 'undo', command, artifact, variables: versionsOf(stage) } as const;
  return runCommand(run, context, async ({ output: _, ...outcome }) => {
    const what = stage.phase === 'contract' ? 'verify' : 'undo';
    if (outcome.exitCode !== 0) throw commandFailed(stage, what, outcome, context, undefined);
    return outcome;
  });
}

/** What every command of a migration is told of it. */
export function versionsOf({ schema, phase, from, to }: MigrateStage): Readonly<Record<string, string>> {
  return {
    NONEVENT_SCHEMA: schema,
    NONEVENT_PHASE: phase,
    NONEVENT_FROM: String(from),
    NONEVENT_TO: String(to),
  };
}

function commandFailed(
  stage: MigrateStage,
  what: string,
  outcome: MigrationOutcome,
  { workFolder }: StageContext,
  mark: string | undefined,
): NoneventError {
  const { tail } = outcome;
  const logFile = join(workFolder, outcome.log);
  const came = mark === undefined ? '' : `; progress ${progressInWords(mark)}`;
  const observed = `${outcomeInWords(outcome)}${came}`;
  const message = `${what} of ${stage.name}: ${observed}; expected exit code 0; output: ${plainLine(tail.slice(-1500), 1500)}`;
  return new NoneventError('CommandFailed', message, {
    fields: {
      stage: stage.name,
      log: tail,
      logFile,
      ...(what === stage.phase ? { expected: 'exit code 0', observed } : {}),
      ...(mark === undefined ? {} : { progress: mark }),
    },
    hint: `read ${logFile}`,
  });
}

/** A command that was cut short leaves no outcome, but how far it had come is known. */
function withMark(stage: MigrateStage, thrown: unknown, mark: string | undefined): unknown {
  if (thrown instanceof NoneventError || mark === undefined) return thrown;
  return new NoneventError('CommandFailed', `${stage.name} was ended at ${progressInWords(mark)}`, {
    fields: { stage: stage.name, progress: mark, ended: messageOf(thrown) },
    cause: thrown,
  });
}
