import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../nonevent-error.ts';
import { belongs } from './belongs.ts';
import { keepLogBounded } from './bound-log.ts';
import { askHealth } from './health.ts';
import { launch, logFile, type RevisionHome, type Running, runFile } from './launch.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { findStarted } from './start-process.ts';
import { STOP_GRACE_MILLISECONDS, stopGroup, stopLeftover } from './stop-group.ts';

/** The process of one revision, kept running until it is stopped. */
export type Service = {
  /** Where it listens; `undefined` while it does not run. */
  port(): number | undefined;
  /** Starts it unless it runs. Errors: `TargetFailed`, see `launch`. */
  start(signal: AbortSignal): Promise<void>;
  /** Takes over the process that an earlier owner started, if it is alive and healthy; ends what is left of it if not. */
  adopt(): Promise<boolean>;
  /** Starts it and goes on trying. Returns after the first try, or after `patience` milliseconds. */
  revive(patience: number): Promise<void>;
  /** Ends it and every process of its group. */
  stop(): Promise<void>;
  /** Leaves it running and looks after it no more. */
  leave(): Promise<void>;
};

export type ServiceWatcher = {
  /** The service listens at `port` from now on, or at none. */
  moved(port: number | undefined): void;
  log(line: string): void;
};

/** Prepares the service of a revision. Nothing is started yet. One call at a time, please: see `inOrder`. */
export function createService(home: RevisionHome, watcher: ServiceWatcher): Service {
  let running: Running | undefined;
  let watch: { readonly stop: AbortController; readonly done: Promise<unknown> } | undefined;

  function became(now: Running | undefined): void {
    running = now;
    watcher.moved(now?.port);
  }

  function superviseFrom(first: 'running' | 'restart', firstTry: () => void = () => undefined): void {
    const stop = new AbortController();
    const done = supervise(first, stop.signal, firstTry).catch((thrown) => {
      if (!stop.signal.aborted) watcher.log(messageOf(thrown));
    });
    watch = { stop, done: Promise.all([done, keepLogBounded(logFile(home), stop.signal)]) };
  }

  async function supervise(first: 'running' | 'restart', signal: AbortSignal, tried: () => void) {
    let failures = 0;
    if (first === 'restart') await restartUntilHealthy(signal, 0, tried);
    for (;;) {
      if (running === undefined) return;
      const { pid, ended } = running;
      const since = performance.now();
      const how = await Promise.race([ended, aborted(signal)]);
      if (how === undefined) return;
      became(undefined);
      await home
        .save({ exits: home.record().exits + 1 })
        .catch((thrown: unknown) => watcher.log(messageOf(thrown)));
      watcher.log(`revision ${home.record().revision} ${how}; it is started again`);
      await stopGroup(pid, STOP_GRACE_MILLISECONDS);
      failures = performance.now() - since > STEADY_MILLISECONDS ? 0 : failures + 1;
      await restartUntilHealthy(signal, failures);
    }
  }

  async function restartUntilHealthy(
    signal: AbortSignal,
    earlier: number,
    tried: () => void = () => undefined,
  ): Promise<void> {
    for (let failures = earlier; !signal.aborted; failures += 1) {
      await sleep(failures === 0 ? 0 : backOff(failures), undefined, { signal });
      try {
        await home.save({ restarts: home.record().restarts + 1 });
        became(
          await launch(home, AbortSignal.any([signal, AbortSignal.timeout(RESTART_PATIENCE_MILLISECONDS)])),
        );
        return;
      } catch (thrown) {
        if (!signal.aborted) watcher.log(messageOf(thrown));
      } finally {
        tried();
      }
    }
  }

  async function stopWatching(): Promise<void> {
    watch?.stop.abort();
    await watch?.done;
    watch = undefined;
  }

  return {
    port: () => running?.port,
    async start(signal) {
      if (running !== undefined) return;
      await stopWatching();
      // The restart that was under way may have just succeeded.
      if (running === undefined) became(await launch(home, signal));
      superviseFrom('running');
    },
    async adopt() {
      const { revision, run, launch: how } = home.record();
      const identity = run === undefined ? undefined : await findStarted(runFile(home, run));
      if (run === undefined || identity === undefined) return false;
      if (!(await belongs(identity.pid, { folder: home.folder, name: revision }))) return false;
      const { port } = run;
      const isHealthy =
        (await isAlive(identity)) &&
        (await askHealth(port, how.health, ADOPT_PATIENCE_MILLISECONDS)).isHealthy;
      if (!isHealthy) {
        await stopLeftover(identity, STOP_GRACE_MILLISECONDS);
        return false;
      }
      became({ pid: identity.pid, port, ended: endOfAdopted(identity, () => running?.pid === identity.pid) });
      superviseFrom('running');
      return true;
    },
    async revive(patience) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patience);
        superviseFrom('restart', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    async stop() {
      await stopWatching();
      if (running !== undefined) await stopGroup(running.pid, STOP_GRACE_MILLISECONDS);
      became(undefined);
      const { run } = home.record();
      if (run !== undefined) await rm(runFile(home, run), { force: true });
    },
    async leave() {
      await stopWatching();
      became(undefined);
    },
  };
}

/** A process that ran this long without an end is restarted at once. */
const STEADY_MILLISECONDS = 10_000;
/** How long a restarted process may take to become healthy. */
const RESTART_PATIENCE_MILLISECONDS = 30_000;
/** How long a process of an earlier owner may take to answer. */
const ADOPT_PATIENCE_MILLISECONDS = 2_000;
/** How often a process that is not our child is looked at. */
const LOOK_INTERVAL_MILLISECONDS = 200;

function backOff(failures: number): number {
  return Math.min(10_000, 50 * 2 ** failures);
}

/** The system tells us of the end of our own children only. */
async function endOfAdopted(identity: ProcessIdentity, isStillOurs: () => boolean): Promise<string> {
  while (await isAlive(identity)) {
    await sleep(LOOK_INTERVAL_MILLISECONDS, undefined, { ref: false });
    if (!isStillOurs()) return 'was left to itself';
  }
  return 'ended';
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
