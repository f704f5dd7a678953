import { Buffer } from 'node:buffer';
import { createHash, hash } from 'node:crypto';
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
 * Goal: at least 0.8x. The loop gets its bytes laid out beforehand, which verifying has to do itself. There are two
 * loops: one hashes with `createHash`, as such loops are commonly written, the other with the one-shot `hash`, the
 * fastest there is in Node and what Nonevent uses. All run over the same texts in turns; the fastest turn of each counts.
 */
export async function run(fold: Fold = replay): Promise<void> {
  const history = deploymentHistory();
  const layouts = history.map(({ stream, seq, at, commit, prev, body }) => ({
    body,
    hashed: netstrings(['nonevent/commit/1', stream, String(seq), at, commit, prev, body]),
  }));
  const [common, oneShot, chain, whole] = fastest([
    () => parseAndHash(layouts, (text) => createHash('sha256').update(text).digest('hex')),
    () => parseAndHash(layouts, (text) => hash('sha256', text)),
    () => verified(history),
    () => fold(verified(history)),
  ]);
  const bytes = layouts.reduce((sum, { hashed }) => sum + Buffer.byteLength(hashed), 0);
  print(
    `verify (parse, chain and fold): ratio ${(common / whole).toFixed(2)}x of a parse-and-hash loop (goal 0.8x)`,
  );
  print(
    `verify (parse, chain and fold): ratio ${(oneShot / whole).toFixed(2)}x of one with one-shot hashing`,
  );
  print(`verify (parse and chain): ratio ${(common / chain).toFixed(2)}x of a parse-and-hash loop`);
  print(`verify (parse and chain): ratio ${(oneShot / chain).toFixed(2)}x of one with one-shot hashing`);
  print(
    `verify: ${Math.round((history.length / whole) * 1000)} commits of ${Math.round(bytes / history.length)} bytes per second`,
  );
}

type Layout = { readonly body: string; readonly hashed: string };

function parseAndHash(layouts: readonly Layout[], digest: (text: string) => string): number {
  let seen = 0;
  for (const { body, hashed } of layouts) seen += JSON.parse(body).length + digest(hashed).length;
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
