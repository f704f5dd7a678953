import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Branch, statesOf } from './definition.ts';

/** What the interpreter logs, as far as it is read here. */
export type LogEntry = { readonly type: string; readonly state?: { readonly name: string } };

export type Branches = {
  /** Reads the interpreter's log to its end; it is kept in memory until it is read. */
  readonly follow: (log: AsyncIterable<LogEntry>) => Promise<void>;
  /** Whether a state belongs to a branch of a parallel state that has been left because another branch failed. */
  readonly isLeft: (state: string) => Promise<boolean>;
};

/**
 * Knows which branches are still wanted. The interpreter ends the pause before a retry when a sibling branch has failed,
 * and then goes on with the retry, where Step Functions ends the branch.
 */
export function createBranches(definition: Branch): Branches {
  const parallelOf = new Map(
    statesOf(definition).flatMap(([name, state]) =>
      state.Type === 'Parallel'
        ? state.Branches.flatMap(statesOf).map(([inner]) => [inner, name] as const)
        : [],
    ),
  );
  const left = new Set<string>();
  return {
    follow: async (log) => {
      for await (const { type, state } of log) {
        if (state === undefined) continue;
        if (type === 'StateFailed') left.add(state.name);
        if (type === 'StateRetried' || type === 'StateEntered') left.delete(state.name);
      }
    },
    isLeft: async (state) => {
      const parallel = parallelOf.get(state);
      if (parallel === undefined) return false;
      // The log is written before the retry begins, and read within the same turn of the event loop.
      await nextTurn();
      return left.has(parallel);
    },
  };
}
