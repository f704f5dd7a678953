import { parentPort, workerData } from 'node:worker_threads';
import { inspectHistory } from '../../lib/audit/inspect-history.ts';
import { add, newTally, walkPages } from '../../lib/audit/walk.ts';
import type { Item } from '../../lib/history/item.ts';
import { deploymentNumber, wireItem } from './synthetic-table.ts';

/** Verifies the same bytes in memory as often as it is told: what a thread of `audit verify` does once a page has come. */
const { streams } = workerData as { readonly streams: number };
const lines = Array.from({ length: streams }, (_, index) =>
  deploymentNumber(index).map((commit) => JSON.stringify(wireItem(commit))),
);

parentPort?.on('message', async (times: number) => {
  const tally = newTally();
  for (let time = 0; time < times; time++) {
    const pages = lines.map((stream) => stream.map((line): Item => JSON.parse(line)));
    for await (const walk of walkPages(pages, { inspect: inspectHistory(new Map(), new Map()) }))
      add(tally, walk);
  }
  if (tally.findings.length > 0)
    throw new Error(`expected nothing to be found: ${tally.findings[0]?.problem}`);
  parentPort?.postMessage(tally.events);
});
parentPort?.postMessage('ready');
