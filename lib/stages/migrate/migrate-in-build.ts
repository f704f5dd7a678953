import type { MigrateStage } from '../../pipeline/kinds/migrate.ts';
import type { Digest } from '../../pipeline/release.ts';
import { secretsOf } from '../../secrets/secret-values.ts';
import type { BuildEvidence } from '../cloud/build-evidence.ts';
import { buildVariables } from '../cloud/build-variables.ts';
import type { Build, BuildOrder } from '../cloud/builds.ts';
import type { StageContext } from '../kind.ts';
import { markIn, PROGRESS } from './progress.ts';
import { earlierMark, recordNewMark } from './record-progress.ts';
import { versionsOf } from './run-migration.ts';

/** A command of a migration as a build of its project: told the versions, and the newest mark of the attempts before. */
export function migrationOrder(
  stage: MigrateStage,
  context: StageContext,
  artifact: Digest,
  command: string,
): Omit<BuildOrder, 'project' | 'run'> {
  const earlier = earlierMark(stage, context);
  return {
    command,
    artifact,
    variables: {
      ...buildVariables(stage, context),
      ...versionsOf(stage),
      ...(earlier === undefined ? {} : { NONEVENT_PROGRESS: earlier }),
    },
    timeoutSeconds: stage.timeout,
  };
}

/** The newest mark in the log of a build: recorded while it runs, and part of its evidence afterwards. */
export async function followBuild(
  stage: MigrateStage,
  context: StageContext,
  build: Build,
): Promise<Pick<BuildEvidence, 'progress'>> {
  const line = await build.newestLine(PROGRESS);
  const mark = line === undefined ? undefined : markIn(line, secretsOf(stage));
  if (build.status === 'IN_PROGRESS') {
    if (mark !== undefined) await recordNewMark(stage, context, mark);
    return {};
  }
  const newest = mark ?? earlierMark(stage, context);
  return newest === undefined ? {} : { progress: newest };
}
