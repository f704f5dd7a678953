import { parentPort, workerData } from 'node:worker_threads';
import { inspectHistory } from '../../lib/audit/inspect-history.ts';
import { add, newTally, walkPages } from '../../lib/audit/walk.ts';
import type { Item } from '../../lib/history/item.ts';
import { deploymentNumber, wireItem } from './synthetic-table.ts';

/** What a thread is told: how often to verify its streams, or how many rounds to spin. */
export type Work =
  | { readonly kind: 'verify'; readonly times: number }
  | { readonly kind: 'spin'; readonly rounds: number };

/**
 * Verifies the same bytes in memory as often as it is told: what a thread of `audit verify` does once a page has come. Or spins, which
 * needs a core and nothing else. Says how many milliseconds of a core that took.
 */
const { streams } = workerData as { readonly streams: number };
const lines = Array.from({ length: streams }, (_, index) =>
  deploymentNumber(index).map((commit) => JSON.stringify(wireItem(commit))),
);

parentPort?.on('message', async (work: Work) => {
  const before = process.threadCpuUsage();
  if (work.kind === 'verify') await verify(work.times);
  else spin(work.rounds);
  const { user, system } = process.threadCpuUsage(before);
  parentPort?.postMessage((user + system) / 1000);
});
parentPort?.postMessage('ready');

async function verify(times: number): Promise<void> {
  const tally = newTally();
  for (let time = 0; time < times; time++) {
    const pages = lines.map((stream) => stream.map((line): Item => JSON.parse(line)));
    for await (const walk of walkPages(pages, { inspect: inspectHistory(new Map(), new Map()) }))
      add(tally, walk);
  }
  if (tally.findings.length > 0)
    throw new Error(`expected nothing to be found: ${tally.findings[0]?.problem}`);
}

function spin(rounds: number): void {
  let value = 1;
  for (let round = 0; round < rounds; round++) value = (Math.imul(value, 1664525) + 1013904223) | 0;
  // What comes of it has to be used, or nothing is computed.
  if (value === 0) throw new Error('expected another number');
}
