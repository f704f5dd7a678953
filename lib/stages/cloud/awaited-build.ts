import { NoneventError } from '../../nonevent-error.ts';
import type { Stage } from '../../pipeline/stage.ts';
import type { Variables } from '../../secrets/secret-values.ts';
import type { AwaitedAttempt, AwaitedKind, AwaitedProgress } from '../awaited-kind.ts';
import type { Cloud } from '../cloud.ts';
import type { StageContext } from '../kind.ts';
import { type BuildEvidence, buildInWords, masked } from './build-evidence.ts';
import type { Build, BuildOrder, Builds } from './builds.ts';

/** A stage that may run in a project. */
export type InProject = Variables & { readonly name: string; readonly project?: string | undefined };

/** What one kind runs in a build, and what it makes of a build that has ended and of which something can be said. */
export type BuildWork<S extends Stage & InProject, Result> = {
  readonly order: (
    stage: S,
    context: StageContext,
    capture: Parameters<AwaitedKind<S, Result>['advance']>[3],
  ) => Omit<BuildOrder, 'project' | 'run'>;
  readonly result: (
    stage: S,
    evidence: BuildEvidence,
    build: Build,
    context: StageContext,
  ) => AwaitedProgress<Result> | Promise<AwaitedProgress<Result>>;
  /** What has to be before the build of a new attempt begins. */
  readonly prepare?: (stage: S, context: StageContext) => Promise<void>;
  /** What is seen of a build each time that it is looked at, and is part of its evidence once it has ended. */
  readonly follow?: (
    stage: S,
    context: StageContext,
    build: Build,
  ) => Promise<Pick<BuildEvidence, 'progress'>>;
};

/** A stage whose work is one build of a CodeBuild project. */
export function awaitedBuild<S extends Stage & InProject, Result>(
  work: BuildWork<S, Result>,
): AwaitedKind<S, Result> {
  return {
    answer: () => 'codeBuild',
    lacks: ({ project }, cloud) =>
      cloud === undefined ? `AWS CodeBuild, where its project ${project} would run it` : undefined,
    async advance(stage, context, awaited, capture) {
      const { builds, project } = projectOf(stage, context);
      const begun = await builds.find(project, awaited.reference, awaited.since);
      if (begun === undefined) await work.prepare?.(stage, context);
      const build =
        begun ??
        (await builds.start({ ...work.order(stage, context, capture), project, run: awaited.reference }));
      // A build that was begun just now has said nothing yet.
      const isRunning = build.status === 'IN_PROGRESS';
      if (isRunning && begun === undefined) return { state: 'running' };
      const seen = await work.follow?.(stage, context, build);
      if (isRunning) return { state: 'running' };
      const evidence = { ...masked(await build.evidence(), stage), ...seen };
      return failureOf(stage, evidence) ?? work.result(stage, evidence, build, context);
    },
    stop: (stage, context, awaited) => stopBuild(stage, context, awaited),
  };
}

/** Tells the build of an attempt to end, where one runs. */
async function stopBuild(stage: InProject, context: StageContext, awaited: AwaitedAttempt): Promise<void> {
  const { builds, project } = projectOf(stage, context);
  const build = await builds.find(project, awaited.reference, awaited.since);
  if (build?.status === 'IN_PROGRESS') await builds.stop(build.id);
}

/** The builds of this system and the project of a stage. Errors: `InvalidInput` where there is none. */
export function projectOf(
  { name, project }: InProject,
  { cloud }: { readonly cloud?: Cloud | undefined },
): { readonly builds: Builds; readonly project: string } {
  if (cloud !== undefined && project !== undefined) return { builds: cloud.builds, project };
  throw new NoneventError(
    'InvalidInput',
    `${name} runs on AWS CodeBuild, in project ${project ?? '(none)'}, which this system does not have`,
    { fields: { stage: name }, hint: 'leave project out where the command is to run as a process' },
  );
}

/**
 * What keeps a build from saying anything about the question. A build that failed before its command ran, such as for an artifact
 * that it could not fetch, has judged nothing.
 */
function failureOf<Result>(stage: InProject, evidence: BuildEvidence): AwaitedProgress<Result> | undefined {
  const cause = { expected: 'a build that ran to its end', observed: buildInWords(evidence), evidence };
  switch (evidence.status) {
    case 'SUCCEEDED':
      return undefined;
    case 'FAILED': {
      const ran = evidence.phase === 'BUILD' || evidence.phase === 'POST_BUILD';
      return ran ? undefined : { state: 'failed', cause: { mode: 'errored', ...cause } };
    }
    case 'TIMED_OUT':
      return { state: 'failed', cause: { mode: 'timedOut', ...cause } };
    case 'FAULT':
    case 'STOPPED':
      return { state: 'failed', cause: { mode: 'errored', ...cause } };
    case 'IN_PROGRESS':
      throw new Error(`build ${evidence.build} of ${stage.name} has not ended`);
    default:
      return evidence.status satisfies never;
  }
}
