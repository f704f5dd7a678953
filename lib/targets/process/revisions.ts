import { join } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { ProcessTarget } from '../../pipeline/target-kinds/process.ts';
import type { Revision } from '../target.ts';
import { keepLogOf, type RevisionHome } from './launch.ts';
import type { RecordFile } from './record-file.ts';
import { removeFolder, unpackApp } from './revision-folder.ts';
import { createService, type Service } from './service.ts';
import { hasTraffic, notRunning, otherArtifact } from './target-failures.ts';
import { type RevisionRecord, withoutRevision, withRevision } from './target-record.ts';

/** The revisions of a target: what is on disk, and the processes. Calls for one revision come one at a time. */
export type Revisions = {
  /** Where a revision listens; `undefined` while it does not run. */
  port(revision: string): number | undefined;
  place(revision: Revision, signal: AbortSignal): Promise<number>;
  remove(revision: string): Promise<void>;
  /** Takes over the process of a revision where it still runs and is healthy. Starts nothing. */
  adopt(revision: string): Promise<boolean>;
  /** Brings a revision of the record back to where it was when an earlier owner ended, once it was tried to adopt it. */
  recover(record: RevisionRecord, isAdopted: boolean): Promise<void>;
  /** Leaves the process running. */
  leave(revision: string): Promise<void>;
  stop(revision: string): Promise<void>;
};

export type RevisionsOptions = {
  readonly folder: string;
  readonly file: RecordFile;
  readonly artifacts: Pick<Artifacts, 'unpack'>;
  readonly takenPorts: () => ReadonlySet<number>;
  readonly variables: Readonly<Record<string, string>>;
  readonly moved: (revision: string, port: number | undefined) => void;
  /** Returns when a revision has no open requests, or when they have had the time that the definition gives them. */
  readonly drained: (revision: string) => Promise<void>;
  readonly log: (line: string) => void;
};

export function createRevisions(options: RevisionsOptions): Revisions {
  const { file } = options;
  const services = new Map<string, Service>();

  function recordOf(revision: string): RevisionRecord | undefined {
    return file.current().revisions.find((known) => known.revision === revision);
  }

  function homeOf(revision: string): RevisionHome {
    const record = () => {
      const known = recordOf(revision);
      if (known === undefined) throw new Error(`no record of revision ${revision}`);
      return known;
    };
    return {
      folder: join(options.folder, revision),
      record,
      save: (change) => file.update((current) => withRevision(current, { ...record(), ...change })),
      takenPorts: options.takenPorts,
      variables: options.variables,
    };
  }

  function serviceOf(revision: string): Service {
    const known = services.get(revision);
    if (known !== undefined) return known;
    const service = createService(homeOf(revision), {
      moved: (port) => options.moved(revision, port),
      log: options.log,
    });
    services.set(revision, service);
    return service;
  }

  async function forget(revision: string): Promise<void> {
    await file.update((current) => withoutRevision(current, revision));
    services.delete(revision);
  }

  async function finishRemoval(revision: string): Promise<void> {
    await options.drained(revision);
    await serviceOf(revision).stop();
    const kept = await keepLogOf(homeOf(revision));
    if (kept !== undefined) options.log(`revision ${revision} was removed; its log is ${kept}`);
    await removeFolder(homeOf(revision).folder);
    await forget(revision);
  }

  async function placeNew(revision: Revision, signal: AbortSignal): Promise<void> {
    const folder = join(options.folder, revision.revision);
    await removeFolder(folder);
    await unpackApp(folder, revision.artifact, options.artifacts);
    await file.update((current) => withRevision(current, newRecord(revision, current.definition)));
    try {
      await serviceOf(revision.revision).start(signal);
    } catch (thrown) {
      await forget(revision.revision);
      throw thrown;
    }
  }

  async function placeAgain(revision: Revision, signal: AbortSignal): Promise<void> {
    const { folder } = homeOf(revision.revision);
    const service = serviceOf(revision.revision);
    await unpackApp(folder, revision.artifact, options.artifacts);
    try {
      await service.start(signal);
    } catch (thrown) {
      // It was in service before, so it is not given up because one call was.
      await service.revive(0);
      throw thrown;
    }
  }

  return {
    port: (revision) => services.get(revision)?.port(),
    async place(revision, signal) {
      const known = recordOf(revision.revision);
      if (known !== undefined && known.artifact !== revision.artifact) {
        throw otherArtifact(revision, known.artifact);
      }
      if (known?.phase === 'removing') await finishRemoval(revision.revision);
      const isRunning = services.get(revision.revision)?.port() !== undefined;
      if (known?.phase === 'placed' && !isRunning) await placeAgain(revision, signal);
      else if (!isRunning) await placeNew(revision, signal);
      await homeOf(revision.revision).save({ phase: 'placed' });
      const port = serviceOf(revision.revision).port();
      if (port === undefined) throw notRunning(revision.revision, 'this target any more');
      return port;
    },
    async remove(revision) {
      if (recordOf(revision) === undefined) return removeFolder(join(options.folder, revision));
      await file.update((current) => {
        const weight = current.weights[revision] ?? 0;
        if (weight > 0) throw hasTraffic(revision, weight);
        return withRevision(current, { ...homeOf(revision).record(), phase: 'removing' });
      });
      await finishRemoval(revision);
    },
    adopt: (revision) => serviceOf(revision).adopt(),
    async recover({ revision, phase }, isAdopted) {
      switch (phase) {
        case 'placing':
          if (isAdopted) await homeOf(revision).save({ phase: 'placed' });
          else await forget(revision);
          break;
        case 'placed':
          if (!isAdopted) await serviceOf(revision).revive(REVIVE_PATIENCE_MILLISECONDS);
          break;
        case 'removing':
          await finishRemoval(revision);
          break;
        default:
          phase satisfies never;
      }
    },
    leave: async (revision) => services.get(revision)?.leave(),
    stop: async (revision) => services.get(revision)?.stop(),
  };
}

/** How long the opening of a target waits for a revision that must be started. */
const REVIVE_PATIENCE_MILLISECONDS = 10_000;

function newRecord(revision: Revision, definition: ProcessTarget): RevisionRecord {
  const { start, health, env, secrets } = definition;
  return {
    revision: revision.revision,
    deployment: revision.deployment,
    artifact: revision.artifact,
    phase: 'placing',
    launch: { start, health, env, ...(secrets === undefined ? {} : { secrets }) },
    restarts: 0,
    exits: 0,
  };
}
