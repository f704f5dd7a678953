import { setTimeout as sleep } from 'node:timers/promises';

/** Asks a URL again and again, one request at a time, with pauses that leave the machine to others. */
export type Asking = {
  /** What was answered since this was last asked: bodies, `status 502` and the like, `refused` where nobody listened. */
  readonly taken: () => readonly string[];
  readonly stop: () => Promise<void>;
};

/** Milliseconds. */
const PAUSE = 5;

export function keepAsking(url: string): Asking {
  let answers: string[] = [];
  const over = new AbortController();
  const ask = async (): Promise<string> => {
    try {
      const response = await fetch(url);
      const text = await response.text();
      return response.ok ? text : `status ${response.status}`;
    } catch {
      return 'refused';
    }
  };
  const asking = (async () => {
    while (!over.signal.aborted) {
      answers.push(await ask());
      await sleep(PAUSE);
    }
  })();
  return {
    taken: () => {
      const before = answers;
      answers = [];
      return before;
    },
    stop: () => {
      over.abort();
      return asking;
    },
  };
}
