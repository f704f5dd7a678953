import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf } from '../../artifacts/artifact-store.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { type Ground, type Readiness, readinessOf } from '../../environments/readiness.ts';
import type { EventStore } from '../../history/event-store.ts';
import type { DataFolder } from '../../local/data-folder.ts';
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
  const { store } = system;
  const answers = await Promise.all(
    environments.map(async (name) => {
      const { commits } = await store.load(environmentStream(name));
      const pipelines = await Promise.all(
        Object.keys(foldEnvironment(commits).live).map(async (pipeline) => {
          const ground = system.kind === 'stack' ? UNSEEN : await groundOf(system.folder, name, pipeline);
          return [pipeline, readinessOf(commits, pipeline, ground)] as const;
        }),
      );
      const known = system.kind === 'stack' ? pipelines.filter(([, { ready }]) => !ready) : pipelines;
      return [name, Object.fromEntries(known)] as const;
    }),
  );
  return Object.fromEntries(answers);
}

type ReadinessSystem = { readonly store: Pick<EventStore, 'load'> } & (
  | { readonly kind: 'local'; readonly folder: DataFolder }
  | { readonly kind: 'stack' }
);

/** Nothing of the target stands against it, as far as is known. */
const UNSEEN: Ground = { running: new Set(), isKept: () => true };

/** What is true on the target, as far as one can see who looks at it from outside. */
async function groundOf(folder: DataFolder, environment: string, pipeline: string): Promise<Ground> {
  return {
    running: await runningRevisions(join(folder.targets, environment, pipeline)).catch(() => undefined),
    isKept: (artifact) => existsSync(fileOf(folder.artifacts, artifact)),
  };
}
