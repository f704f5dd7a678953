import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf } from '../../artifacts/artifact-store.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { type Ground, type Readiness, readinessOf } from '../../environments/readiness.ts';
import {
  environmentsTakenBack,
  type Known,
  readinessEverywhere,
} from '../../environments/readiness-everywhere.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { Commit, EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { DataFolder } from '../../local/data-folder.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { runningRevisions } from '../../targets/process/running-revisions.ts';

/** Whether what is live could be rolled back, by environment and pipeline. */
export type EveryReadiness = Readonly<Record<string, Readonly<Record<string, Readiness>>>>;

/**
 * Answers it for every pipeline that is live in one of the environments. Of a stack only what the histories say against it is known, as its
 * targets are not asked: a pipeline that nothing stands against is left out.
 */
export async function readEveryReadiness(
  system: ReadinessSystem,
  environments: readonly string[],
): Promise<EveryReadiness> {
  const answers = await Promise.all(
    environments.map(async (name) => {
      const { commits } = await system.store.load(environmentStream(name));
      const pipelines = await Promise.all(
        Object.entries(foldEnvironment(commits).live).map(
          async ([pipeline, { live }]) =>
            [pipeline, await readinessIn(system, name, commits, pipeline, live.deployment)] as const,
        ),
      );
      const known = system.kind === 'stack' ? pipelines.filter(([, { ready }]) => !ready) : pipelines;
      return [name, Object.fromEntries(known)] as const;
    }),
  );
  return Object.fromEntries(answers);
}

/** Where the history of what is live is gone, only its own environment is known. */
async function readinessIn(
  system: ReadinessSystem,
  environment: string,
  commits: readonly Commit[],
  pipeline: string,
  live: DeploymentId,
): Promise<Readiness> {
  const history = await loadUndamaged(system.store, live);
  if (history === undefined)
    return { ready: false, blocking: [`the history of deployment ${live}, which is live, is damaged`] };
  const opening = history[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested')
    return readinessOf(commits, pipeline, await groundOf(system, environment, pipeline, undefined));
  const definition = opening.data.pipeline;
  const here = { commits, ground: await groundOf(system, environment, pipeline, definition) };
  const others = environmentsTakenBack(definition).filter((other) => other !== environment);
  const known = await Promise.all(
    others.map(async (other): Promise<readonly [string, Known]> => {
      const { commits: theirs } = await system.store.load(environmentStream(other));
      return [other, { commits: theirs, ground: await groundOf(system, other, pipeline, definition) }];
    }),
  );
  return readinessEverywhere(here, definition, Object.fromEntries(known));
}

/** The commits of a deployment; `undefined` where they are not what was written: nothing can be taken back by them. */
async function loadUndamaged(
  store: Pick<EventStore, 'load'>,
  deployment: DeploymentId,
): Promise<readonly Commit[] | undefined> {
  try {
    return (await store.load(deploymentStream(deployment))).commits;
  } catch (thrown) {
    if (thrown instanceof NoneventError && thrown.code === 'HistoryCorrupt') return undefined;
    throw thrown;
  }
}

type ReadinessSystem = { readonly store: Pick<EventStore, 'load'> } & (
  | { readonly kind: 'local'; readonly folder: DataFolder }
  | { readonly kind: 'stack' }
);

/** Nothing of the target stands against it, as far as is known. */
const UNSEEN: Ground = { running: 'elsewhere', isKept: () => true };

/** What is true on the target, as far as one can see who looks at it from outside. */
async function groundOf(
  system: ReadinessSystem,
  environment: string,
  pipeline: string,
  definition: Pipeline | undefined,
): Promise<Ground> {
  const target = definition?.environments[environment]?.target.kind ?? 'process';
  if (system.kind === 'stack' || target !== 'process') return UNSEEN;
  const { folder } = system;
  return {
    running: await runningRevisions(join(folder.targets, environment, pipeline)).catch(() => undefined),
    isKept: (artifact) => existsSync(fileOf(folder.artifacts, artifact)),
  };
}
