/** Knows which revisions have requests that are not finished. */
export type OpenRequests = {
  /** Counts a request in; the function returned counts it out. */
  begin(revision: string): () => void;
  /** Returns when the revision has none, at the latest after `milliseconds`. All revisions where none is named. */
  finished(milliseconds: number, revision?: string): Promise<void>;
};

export function createOpenRequests(): OpenRequests {
  const open = new Map<string, number>();
  const waiting = new Set<() => void>();

  return {
    begin(revision) {
      open.set(revision, (open.get(revision) ?? 0) + 1);
      return () => {
        const left = (open.get(revision) ?? 1) - 1;
        if (left === 0) open.delete(revision);
        else open.set(revision, left);
        for (const look of waiting) look();
      };
    },
    finished(milliseconds, revision) {
      const isFinished = () => (revision === undefined ? open.size === 0 : !open.has(revision));
      if (isFinished()) return Promise.resolve();
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        const look = () => {
          if (isFinished()) end();
        };
        const timer = setTimeout(end, milliseconds);
        waiting.add(look);
      });
    },
  };
}
