import { setTimeout as pause } from 'node:timers/promises';
import { NoneventError } from '../../nonevent-error.ts';
import type { StageContext } from '../kind.ts';
import { type InProject, projectOf } from './awaited-build.ts';
import { type BuildEvidence, buildInWords, masked } from './build-evidence.ts';
import type { Build, BuildOrder, Builds } from './builds.ts';

/** A build that succeeded, with what is recorded of it. */
export type Built = { readonly build: Build; readonly evidence: BuildEvidence };

/**
 * Runs a build to its end, or joins one of the same run, or of one of the `earlier` runs, that was begun before: one that runs is waited
 * for, and one that succeeded is not repeated. For what has to be done before a task ends; it keeps its task until then.
 *
 * Rejects with the signal's reason when that aborts, and leaves the build running. Errors: `CommandFailed` where it did not succeed;
 * `StoreUnavailable`; `InvalidInput` without CodeBuild.
 */
export async function runBuild(
  stage: InProject,
  context: StageContext,
  order: Omit<BuildOrder, 'project'>,
  earlier: readonly string[] = [],
): Promise<Built> {
  const { builds, project } = projectOf(stage, context);
  const since = Date.parse(context.deployment.view.requestedAt);
  const begun = await joinable(builds, project, [order.run, ...earlier], since);
  const build = await ended(
    builds,
    begun ?? { run: order.run, build: await builds.start({ ...order, project }) },
    { project, since },
    context.signal,
  );
  const evidence = masked(await build.evidence(), stage);
  if (build.status === 'SUCCEEDED') return { build, evidence };
  throw new NoneventError('CommandFailed', `${buildInWords(evidence)}; expected that it succeeds`, {
    fields: {
      stage: stage.name,
      log: evidence.tail,
      ...(evidence.log === null ? {} : { logFile: evidence.log }),
    },
    hint: 'read the log of the build',
  });
}

/** Ends the build of a run, where one is under way, and waits until it has ended: nothing of it goes on after this. */
export async function endBuild(stage: InProject, context: StageContext, run: string): Promise<void> {
  const { builds, project } = projectOf(stage, context);
  const since = Date.parse(context.deployment.view.requestedAt);
  const build = await builds.find(project, run, since);
  if (build?.status !== 'IN_PROGRESS') return;
  await builds.stop(build.id);
  await ended(builds, { run, build }, { project, since }, context.signal);
}

type Begun = { readonly run: string; readonly build: Build };

/** The newest build of these runs that need not be repeated. */
async function joinable(
  builds: Builds,
  project: string,
  runs: readonly string[],
  since: number,
): Promise<Begun | undefined> {
  for (const run of runs) {
    const build = await builds.find(project, run, since);
    // A run has one build: what it came to is the answer, good or bad. An earlier run that failed is behind us.
    const isAnswer = run === runs[0] || build?.status === 'IN_PROGRESS' || build?.status === 'SUCCEEDED';
    if (build !== undefined && isAnswer) return { run, build };
  }
  return undefined;
}

async function ended(
  builds: Builds,
  { run, build }: Begun,
  { project, since }: { readonly project: string; readonly since: number },
  signal: AbortSignal,
): Promise<Build> {
  let known = build;
  while (known.status === 'IN_PROGRESS') {
    await pause(builds.pollMs, undefined, { signal });
    known = (await builds.find(project, run, since)) ?? known;
  }
  return known;
}
