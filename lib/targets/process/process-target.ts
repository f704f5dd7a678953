import { setTimeout as sleep } from 'node:timers/promises';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { ProcessTarget } from '../../pipeline/target-kinds/process.ts';
import type { Target } from '../target.ts';
import { createInOrder } from './in-order.ts';
import { keepRecord } from './record-file.ts';
import { makeFolder } from './revision-folder.ts';
import { createRevisions } from './revisions.ts';
import { createRouter } from './router.ts';
import { checkRevisionName, closed, notRunning } from './target-failures.ts';
import type { TargetRecord } from './target-record.ts';
import { validWeights } from './valid-weights.ts';

/** A target whose revisions are processes on this machine, behind a router of its own. */
export type OpenTarget = {
  readonly target: Target;
  record(): TargetRecord;
  /** Makes a changed definition take effect: a port at once, how revisions start with the next one that is placed. */
  define(definition: ProcessTarget): Promise<void>;
  /** Stops the router and leaves the revisions running. */
  close(): Promise<void>;
  /** Stops the router and every process. The revisions are started again when the target is next opened. */
  stopAll(): Promise<void>;
};

export type TargetOptions = {
  readonly folder: string;
  readonly artifacts: Pick<Artifacts, 'unpack'>;
  /** Ports that no new process may get. */
  readonly takenPorts: () => ReadonlySet<number>;
  /** What every service of the environment is told. */
  readonly variables: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
};

/**
 * Opens a target as its record says: adopts the processes that still run, listens, starts those that do not.
 *
 * Errors: `TargetFailed` where the port is in use or the folder cannot be written; then nothing was started.
 */
export async function openProcessTarget(initial: TargetRecord, options: TargetOptions): Promise<OpenTarget> {
  const name = `${initial.pipeline} in ${initial.environment}`;
  const file = keepRecord(options.folder, initial);
  const router = createRouter(name);
  const inOrder = createInOrder();
  const closing = new AbortController();
  const drain = () => file.current().definition.drain * 1000;
  const revisions = createRevisions({
    ...options,
    file,
    moved: router.moved,
    drained: (revision) => router.finished(revision, drain()),
    log: (line) => options.log(`${name}: ${line}`),
  });

  async function forEachRevision(act: (revision: string) => Promise<void>): Promise<void> {
    const known = file.current().revisions;
    const acts = await Promise.allSettled(
      known.map(({ revision }) => inOrder(revision, () => act(revision))),
    );
    // Every revision has its turn before a failure of one is told.
    for (const each of acts) if (each.status === 'rejected') throw each.reason;
  }

  async function end(act: (revision: string) => Promise<void>): Promise<void> {
    closing.abort();
    await router.close(drain());
    await forEachRevision(act);
  }

  function checkOpen(): void {
    if (closing.signal.aborted) throw closed(name);
  }

  /** One that just died is being restarted; a rollback to it need not fail for that. */
  async function awaitRestart(revision: string): Promise<void> {
    const deadline = performance.now() + RESTART_PATIENCE_MILLISECONDS;
    const isKnown = () => file.current().revisions.some((known) => known.revision === revision);
    while (isKnown() && revisions.port(revision) === undefined && performance.now() < deadline)
      await sleep(10);
  }

  const target: Target = {
    async state() {
      const { revisions: known, weights } = file.current();
      return {
        weights,
        revisions: known.map(({ revision, restarts, exits }) => ({
          revision,
          running: revisions.port(revision) !== undefined,
          restarts,
          exits,
        })),
      };
    },
    async place(revision, signal) {
      checkRevisionName(revision.revision);
      const port = await inOrder(revision.revision, async () => {
        checkOpen();
        return revisions.place(revision, AbortSignal.any([signal, closing.signal]));
      });
      return { address: addressOf(port) };
    },
    async remove(revision) {
      checkRevisionName(revision);
      await inOrder(revision, async () => {
        checkOpen();
        await revisions.remove(revision);
      });
    },
    async route(written) {
      checkOpen();
      const weights = validWeights(written);
      await Promise.all(Object.keys(weights).map(awaitRestart));
      await file.update((current) => {
        for (const revision of Object.keys(weights)) {
          const isLeaving = current.revisions.some(
            (known) => known.revision === revision && known.phase === 'removing',
          );
          if (isLeaving || revisions.port(revision) === undefined) throw notRunning(revision, name);
        }
        return { ...current, weights };
      });
      router.route(file.current().weights);
    },
    async counters() {
      return router.counters(file.current().revisions.map(({ revision }) => revision));
    },
    async address(of) {
      const port = of === 'router' ? router.port() : revisions.port(of.revision);
      return port === undefined ? undefined : addressOf(port);
    },
  };

  await makeFolder(options.folder);
  router.route(initial.weights);
  try {
    // The record is written as it is, so that a folder that cannot be written is found before anything is started.
    await file.update((current) => ({ ...current }));
    const adopted = await Promise.all(
      initial.revisions.map(async (record) => {
        const isAdopted = await inOrder(record.revision, () => revisions.adopt(record.revision));
        return { record, isAdopted };
      }),
    );
    // Not before: a request that meets a revision of which nothing is known yet fails, and counts against the revision.
    await router.listen(initial.definition.port);
    await Promise.all(
      adopted.map(({ record, isAdopted }) =>
        inOrder(record.revision, () => revisions.recover(record, isAdopted)),
      ),
    );
  } catch (thrown) {
    await end(revisions.leave);
    throw thrown;
  }

  return {
    target,
    record: file.current,
    async define(definition) {
      checkOpen();
      await router.listen(definition.port);
      await file.update((current) =>
        JSON.stringify(current.definition) === JSON.stringify(definition)
          ? current
          : { ...current, definition },
      );
    },
    close: () => end(revisions.leave),
    stopAll: () => end(revisions.stop),
  };
}

/** How long a routing waits for a revision that is being restarted. */
const RESTART_PATIENCE_MILLISECONDS = 5_000;

function addressOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
