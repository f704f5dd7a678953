import { hash } from 'node:crypto';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import {
  beginningOf,
  type ChainPosition,
  type StoredCommit,
  verifyContinuation,
} from '../lib/history/chain.ts';
import { decodeEvents } from '../lib/history/decode.ts';
import type { Commit } from '../lib/history/event-store.ts';
import { netstrings } from '../lib/history/netstrings.ts';
import { replay } from '../lib/lifecycle/replay.ts';
import { deploymentHistory } from './deployment-history.ts';
import { fastest } from './fastest.ts';
import { print } from './print.ts';

/** What becomes of the commits of a stream once they are verified. */
export type Fold = (commits: readonly Commit[]) => unknown;

/**
 * Verifying a history (parse, chain, fold) against a loop that only does JSON.parse and SHA-256 over the same bytes.
 * Goal: at least 0.8x. Both run over the same texts in the same process, in turns; the fastest turn of each counts.
 */
export async function run(fold: Fold = replay): Promise<void> {
  const history = deploymentHistory();
  const layouts = history.map(({ stream, seq, at, commit, prev, body }) => ({
    body,
    hashed: netstrings(['nonevent/commit/1', stream, String(seq), at, commit, prev, body]),
  }));
  const [bare, chain, whole] = fastest([
    () => parseAndHash(layouts),
    () => verified(history),
    () => fold(verified(history)),
  ]);
  print(`verify, parse and chain: ratio ${(bare / chain).toFixed(2)}x of a parse-and-hash loop`);
  print(
    `verify, parse, chain and fold: ratio ${(bare / whole).toFixed(2)}x of a parse-and-hash loop (goal 0.8x)`,
  );
  print(`verify, commits per second: ${Math.round((history.length / whole) * 1000)}`);
}

function parseAndHash(layouts: readonly { readonly body: string; readonly hashed: string }[]): number {
  let seen = 0;
  for (const { body, hashed } of layouts) seen += JSON.parse(body).length + hash('sha256', hashed).length;
  return seen;
}

function verified(history: readonly StoredCommit[]): readonly Commit[] {
  const commits: Commit[] = [];
  let position: ChainPosition = beginningOf(history[0]?.stream ?? 'deployment#0');
  for (const stored of history) {
    const discontinuity = verifyContinuation(position, stored);
    if (discontinuity !== undefined) throw new Error(`commit ${discontinuity.seq}: ${discontinuity.problem}`);
    commits.push({ ...stored, events: decodeEvents(stored) });
    position = stored;
  }
  return commits;
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await run();
