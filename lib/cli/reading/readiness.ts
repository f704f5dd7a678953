import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { type Ground, type Readiness, readinessOf } from '../../environments/readiness.ts';
import type { EventStore } from '../../history/event-store.ts';
import { fileOf } from '../../stages/artifact-store.ts';
import { runningRevisions } from '../../targets/process/running-revisions.ts';
import type { System } from '../system.ts';

/** Whether what is live could be rolled back, by environment and pipeline. */
export type EveryReadiness = Readonly<Record<string, Readonly<Record<string, Readiness>>>>;

/** Answers it for every pipeline that is live in one of the environments. */
export async function readEveryReadiness(
  { store, folder }: { readonly store: Pick<EventStore, 'load'>; readonly folder: System['folder'] },
  environments: readonly string[],
): Promise<EveryReadiness> {
  const answers = await Promise.all(
    environments.map(async (name) => {
      const { commits } = await store.load(environmentStream(name));
      const pipelines = await Promise.all(
        Object.keys(foldEnvironment(commits).live).map(async (pipeline) => {
          const ground = await groundOf(folder, name, pipeline);
          return [pipeline, readinessOf(commits, pipeline, ground)] as const;
        }),
      );
      return [name, Object.fromEntries(pipelines)] as const;
    }),
  );
  return Object.fromEntries(answers);
}

/** What is true on the target, as far as one can see who looks at it from outside. */
async function groundOf(folder: System['folder'], environment: string, pipeline: string): Promise<Ground> {
  return {
    running: await runningRevisions(join(folder.targets, environment, pipeline)).catch(() => undefined),
    isKept: (artifact) => existsSync(fileOf(folder.artifacts, artifact)),
  };
}
