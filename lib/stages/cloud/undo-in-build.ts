import type { StageContext } from '../kind.ts';
import type { InProject } from './awaited-build.ts';
import type { BuildEvidence } from './build-evidence.ts';
import type { BuildOrder } from './builds.ts';
import { runBuild } from './run-build.ts';

/**
 * Runs what takes a change back as a build. A repeated undo joins the build of an earlier one, so that no two of them run at a time.
 * `run` was captured with the change, so nobody can be there first with a build of their own.
 *
 * Errors: those of `runBuild`.
 */
export async function undoInBuild(
  stage: InProject,
  context: StageContext,
  run: string,
  order: Omit<BuildOrder, 'project' | 'run'>,
): Promise<BuildEvidence> {
  const { deployment } = context.deployment.view;
  const runOf = (attempt: number) => `${run}-${deployment}-undo-${attempt}`;
  const earlier = Array.from({ length: context.attempt - 1 }, (_, index) => runOf(index + 1)).reverse();
  return (await runBuild(stage, context, { ...order, run: runOf(context.attempt) }, earlier)).evidence;
}
