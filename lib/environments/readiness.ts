import type { RevisionRef } from '../history/environment-events.ts';
import type { Commit } from '../history/event-store.ts';
import type { Digest } from '../pipeline/release.ts';
import { type Environment, foldEnvironment, revisionAsLastLive } from './environment.ts';
import { schemaObstaclesToReturn } from './schema-return.ts';

type Commits = readonly Pick<Commit, 'events'>[];

/** What is true where revisions run. */
export type Ground = {
  /**
   * The revisions that run, or that are being started again. `undefined` where the target cannot be asked, `elsewhere` where that
   * is not for this system to know.
   */
  readonly running: ReadonlySet<string> | 'elsewhere' | undefined;
  /** Whether an artifact is still kept, so that its revision could be placed again. */
  readonly isKept: (artifact: Digest) => boolean;
};

/** Whether what is live could be rolled back now. */
export type Readiness =
  | {
      readonly ready: true;
      /** The revision that would get the traffic back. */
      readonly returnsTo: RevisionRef;
      /** Whether it runs already; otherwise it is placed again first. `null` where that is not known here. */
      readonly warm: boolean | null;
    }
  | { readonly ready: false; readonly blocking: readonly string[] };

/**
 * Answers "can I roll back?" for one pipeline in one environment, from the environment's stream and from what is true on its
 * target. Every fact that stands against it is named, in words. Pure.
 */
export function readinessOf(commits: Commits, pipeline: string, ground: Ground): Readiness {
  const environment = foldEnvironment(commits);
  const live = environment.live[pipeline]?.live;
  if (live === undefined) return { ready: false, blocking: [`nothing of ${pipeline} is live`] };
  const before = revisionBefore(commits, pipeline, live);
  const warm =
    ground.running === 'elsewhere'
      ? null
      : before !== undefined && ground.running?.has(before.revision) === true;
  const blocking = [
    ...leaseInWords(environment),
    ...(ground.running === undefined ? ['the target cannot be asked'] : []),
    ...(before === undefined ? [`nothing of ${pipeline} was live before ${live.release.version}`] : []),
    ...(before !== undefined &&
    ground.running !== undefined &&
    warm === false &&
    !ground.isKept(artifactOf(before))
      ? [`${before.revision} does not run and its artifact is gone`]
      : []),
    ...(before === undefined
      ? []
      : schemaObstaclesToReturn(environment, pipeline, live.deployment, [before])),
  ];
  if (before === undefined || blocking.length > 0) return { ready: false, blocking };
  return { ready: true, returnsTo: before, warm };
}

/**
 * Why a deployment that began now could not be taken back: what is live would have to get the traffic back, and does not run.
 * `undefined` where nothing stands against it. What is live with nothing before it keeps nobody from deploying: there is nothing
 * that could be restored anyway. Pure.
 */
export function obstacleToReturning(
  commits: Commits,
  pipeline: string,
  running: ReadonlySet<string>,
): string | undefined {
  const live = foldEnvironment(commits).live[pipeline]?.live;
  if (live === undefined || running.has(live.revision)) return undefined;
  if (revisionBefore(commits, pipeline, live) === undefined) return undefined;
  return `${live.revision}, which is live, does not run, so it could not get the traffic back`;
}

/** What was live before a revision first became so; `undefined` for the first one. Pure. */
export function revisionBefore(
  commits: Commits,
  pipeline: string,
  live: Pick<RevisionRef, 'deployment'>,
): RevisionRef | undefined {
  const becameLive = commits.findIndex(({ events }) =>
    events.some(
      ({ type, data }) =>
        type === 'LiveChanged' && data.pipeline === pipeline && data.live.deployment === live.deployment,
    ),
  );
  const before = foldEnvironment(commits.slice(0, Math.max(0, becameLive))).live[pipeline]?.live;
  return before && revisionAsLastLive(commits, pipeline, before.revision);
}

/** What is placed for a revision. */
export function artifactOf({ artifact, release }: RevisionRef): Digest {
  return artifact ?? release.artifact;
}

/** Who holds the lease, which stands against a rollback. Pure. */
export function leaseInWords({ lease }: Pick<Environment, 'lease'>): readonly string[] {
  return lease === undefined ? [] : [`deployment ${lease.deployment} holds the lease`];
}
