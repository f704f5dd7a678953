import { NoneventError } from '../../lib/nonevent-error.ts';
import type {
  Counters,
  Revision,
  RevisionCounters,
  Target,
  Targets,
  Weights,
} from '../../lib/targets/target.ts';

/** A target that keeps the contract and runs nothing: revisions are entries in a map. */
export type MemoryTarget = Target & {
  readonly targets: Targets;
  readonly calls: string[];
  /** A new epoch counts `since` a time of its own. */
  count(counters: Record<string, unknown>, epoch?: string, since?: number): void;
  crash(revision: string): void;
  /** It ended by itself so often, and runs again. */
  exit(revision: string, times: number): void;
  serveAt(revision: string | 'router', address: string): void;
};

export function memoryTarget(running: readonly string[] = [], initial: Weights = {}): MemoryTarget {
  const revisions = new Map(running.map((revision) => [revision, true]));
  const addresses = new Map<string, string>();
  const calls: string[] = [];
  let weights = initial;
  const exits = new Map<string, number>();
  let counters: Counters = { epoch: 'first', since: 0, revisions: {} };

  const target: MemoryTarget = {
    calls,
    targets: { target: async () => target, runtime: async () => ({ os: 'Test' }) },
    count(counted, epoch = 'first', since = 0) {
      counters = { epoch, since, revisions: counted as Record<string, RevisionCounters> };
    },
    crash: (revision) => void revisions.set(revision, false),
    exit: (revision, times) => void exits.set(revision, (exits.get(revision) ?? 0) + times),
    serveAt: (revision, address) => void addresses.set(revision, address),
    async state() {
      const all = [...revisions].map(([revision, isRunning]) => ({
        revision,
        running: isRunning,
        restarts: exits.get(revision) ?? 0,
        exits: exits.get(revision) ?? 0,
      }));
      return { revisions: all, weights };
    },
    async place({ revision }: Revision) {
      calls.push(`place ${revision}`);
      revisions.set(revision, true);
      return { address: `http://127.0.0.1:1/${revision}` };
    },
    async remove(revision) {
      calls.push(`remove ${revision}`);
      if ((weights[revision] ?? 0) > 0) throw new NoneventError('Conflict', `${revision} has traffic`);
      revisions.delete(revision);
    },
    async route(wanted) {
      calls.push(`route ${JSON.stringify(wanted)}`);
      const dead = Object.keys(wanted).find((revision) => revisions.get(revision) !== true);
      if (dead !== undefined) throw new NoneventError('Conflict', `${dead} does not run`);
      weights = wanted;
    },
    counters: async () => structuredClone(counters),
    address: async (of) => addresses.get(of === 'router' ? 'router' : of.revision),
  };
  return target;
}
