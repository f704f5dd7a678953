import type { EventStore } from '../../history/event-store.ts';

/** Tells, within this process, that something was appended: so that whoever shows histories need not ask all the time. */
export type Appends = {
  /** The same store; its appends are told. */
  readonly telling: (store: EventStore) => EventStore;
  /** How many appends there have been. Taken before a read, so that none is missed between the read and the wait. */
  readonly count: () => number;
  /** Resolves when there have been more than `count`, after `milliseconds`, or when the signal aborts. */
  readonly moreThan: (count: number, milliseconds: number, signal: AbortSignal) => Promise<void>;
};

export function createAppends(): Appends {
  let count = 0;
  let waiting = new Set<() => void>();
  const tell = (): void => {
    count += 1;
    const woken = waiting;
    waiting = new Set();
    for (const wake of woken) wake();
  };
  return {
    telling: (store) => ({
      ...store,
      append: async (head, events) => {
        const result = await store.append(head, events);
        if (result.outcome === 'appended') tell();
        return result;
      },
    }),
    count: () => count,
    moreThan: (seen, milliseconds, signal) =>
      new Promise((resolve) => {
        if (count > seen || signal.aborted) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        waiting.add(done);
        signal.addEventListener('abort', done);
      }),
  };
}
