import { fork } from 'node:child_process';
import { once } from 'node:events';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { print } from './print.ts';
import { EVENTS_PER_STREAM } from './scale/synthetic-table.ts';

const EVENTS = 1_000_000;
const STREAMS_IN_MEMORY = 100;
const TIMES = 8;
const PAIRS = 9;

/**
 * `audit verify` over a million events: the most memory that was resident, with all cores, the seals, the scan and the SDK; and
 * how much faster two threads verify than one. The second is measured on bytes in memory, so that nothing else is: pairs of one
 * thread doing twice the work and two doing half of it each, in turns, the median of which counts. It needs two idle cores.
 */
export async function run(): Promise<void> {
  const ratios: number[] = [];
  const threads = await Promise.all([startThread(), startThread()]);
  await timeOf(threads, 1);
  for (let pair = 0; pair < PAIRS; pair++) {
    const alone = await timeOf(threads.slice(0, 1), 2 * TIMES);
    ratios.push(alone / (await timeOf(threads, TIMES)));
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  const ordered = ratios.toSorted((one, other) => one - other);
  print(
    `scale: two threads verify ${ordered[Math.floor(PAIRS / 2)]?.toFixed(2)}x as fast as one (goal 1.7x; best pair ${ordered.at(-1)?.toFixed(2)}x)`,
  );
  await million();
}

async function startThread(): Promise<Worker> {
  const thread = new Worker(new URL('./scale/verify-thread.ts', import.meta.url), {
    workerData: { streams: STREAMS_IN_MEMORY },
  });
  await once(thread, 'message');
  return thread;
}

async function timeOf(threads: readonly Worker[], times: number): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    threads.map((thread) => {
      thread.postMessage(times);
      return once(thread, 'message');
    }),
  );
  return performance.now() - begun;
}

const measured = z.object({
  streams: z.int(),
  events: z.int(),
  findings: z.literal(0),
  seconds: z.number(),
  kilobytes: z.int(),
});

async function million(): Promise<void> {
  const streams = Math.ceil(EVENTS / EVENTS_PER_STREAM);
  const endpoint = fork(new URL('./scale/synthetic-endpoint.ts', import.meta.url), [String(streams)]);
  const [port] = await once(endpoint, 'message');
  const verifying = fork(new URL('./scale/verify-process.ts', import.meta.url), [String(port)]);
  const [said] = await once(verifying, 'message');
  endpoint.disconnect();
  const { events, seconds, kilobytes } = measured.parse(said);
  print(
    `scale: ${events} events of ${streams} deployments verified, ${Math.round(kilobytes / 1024)} MB resident at most (goal 300 MB)`,
  );
  print(
    `scale: ${Math.round(events / seconds)} events/s, reading included, beside an endpoint that makes them up on the same cores`,
  );
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await run();
