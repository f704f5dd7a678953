import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../nonevent-error.ts';

export type Load = {
  /** Where users connect, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Asked for one after the other, again and again. */
  readonly paths: readonly string[];
  readonly requestsPerSecond: number;
  /** With this many requests open, no other is begun: a slow service gets fewer requests, never a growing heap of them. */
  readonly openAtMost: number;
  /** It ends by itself after this time, whatever happens to whoever started it. */
  readonly secondsAtMost: number;
};

/** A request as its user saw it. Times in milliseconds since 1970. */
export type Answer = {
  readonly path: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `undefined` where there was no whole answer. */
  readonly status: number | undefined;
  /** The release that says it has answered. */
  readonly release: string | undefined;
  readonly error: string | undefined;
};

export type LoadGenerator = {
  /** Every request that has ended so far, in the order in which they ended. */
  readonly answers: () => readonly Answer[];
  /** Begins no other request, waits for those that are open, and gives all of them. */
  readonly stop: () => Promise<readonly Answer[]>;
  /** Resolves when no other request will be begun and none is open. */
  readonly ended: Promise<void>;
  /** Ends at once. */
  readonly kill: () => Promise<void>;
};

/** What the generator's thread says: the requests that have ended since it last said something. */
export type LoadNotice = { readonly answers: readonly Answer[] };

/**
 * Sends a steady stream of HTTP requests from a thread of its own, so that neither delays the other's clock.
 *
 * Errors: `answers` and `stop` throw what ended the thread, where something did.
 */
export function startLoad(load: Load): LoadGenerator {
  const worker = new Worker(new URL('./load-worker.ts', import.meta.url), {
    workerData: load,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const answers: Answer[] = [];
  let failure: unknown;
  const ended = once(worker, 'exit').then(
    () => undefined,
    () => undefined,
  );
  worker.on('message', (notice: LoadNotice) => answers.push(...notice.answers));
  worker.on('error', (thrown) => {
    failure = thrown;
  });
  const requireSound = (): readonly Answer[] => {
    if (failure !== undefined)
      throw new Error(`the load generator ended: ${messageOf(failure)}`, { cause: failure });
    return answers;
  };
  return {
    answers: requireSound,
    ended,
    stop: async () => {
      worker.postMessage('stop');
      await ended;
      return requireSound();
    },
    kill: async () => {
      await worker.terminate();
    },
  };
}
