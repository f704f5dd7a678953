import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { type Recorded, replay } from '../../lib/lifecycle/replay.ts';
import { messageOf } from '../../lib/nonevent-error.ts';

/** A deployment as of a commit, or why it cannot be told. */
export type Folded =
  | {
      readonly ok: true;
      readonly deployment: Deployment;
      readonly seq: number;
      readonly last: number;
      readonly at: string;
    }
  | { readonly ok: false; readonly why: string };

/** Folds a history to a commit, with the code that `nonevent replay` runs; to its last one where none is named. Pure. */
export function foldAt(commits: readonly Recorded[], at: number | undefined): Folded | undefined {
  const last = commits.at(-1);
  if (last === undefined) return undefined;
  const seq = Math.min(at ?? last.seq, last.seq);
  const upTo = commits.filter((commit) => commit.seq <= seq);
  try {
    return { ok: true, deployment: replay(upTo), seq, last: last.seq, at: upTo.at(-1)?.at ?? last.at };
  } catch (thrown) {
    return { ok: false, why: messageOf(thrown) };
  }
}
