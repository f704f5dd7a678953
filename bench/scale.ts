import { fork } from 'node:child_process';
import { once } from 'node:events';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { print } from './print.ts';
import { EVENTS_PER_STREAM } from './scale/synthetic-table.ts';
import type { Work } from './scale/verify-thread.ts';

const EVENTS = 1_000_000;
const STREAMS_IN_MEMORY = 100;
const VERIFY: Work = { kind: 'verify', times: 6 };
const SPIN: Work = { kind: 'spin', rounds: 200_000_000 };
const PAIRS = 9;

/**
 * `audit verify` over a million events: the most memory that was resident, with all cores, the seals, the scan and the SDK; and
 * how much faster two threads verify than one.
 *
 * The second is measured on bytes in memory, so that nothing else is: pairs of one thread doing twice the work and two doing half
 * of it each, in turns, the median of which counts. Two threads can only be faster by as much as the machine has cores to give, so
 * the same is measured of a loop that shares nothing; and by the time that the cores worked, which does not count the waiting
 * for one.
 */
export async function run(): Promise<void> {
  const threads = await Promise.all([startThread(), startThread()]);
  await timeOf(threads, VERIFY);
  const verified: Pair[] = [];
  const spun: Pair[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    verified.push(await compare(threads, VERIFY));
    spun.push(await compare(threads, SPIN));
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  const [ours, loop] = [median(verified.map(({ wall }) => wall)), median(spun.map(({ wall }) => wall))];
  print(`scale: two threads verify ${ours.toFixed(2)}x as fast as one (goal 1.7x where two cores are idle)`);
  print(`scale: an empty loop is ${loop.toFixed(2)}x as fast in two threads here and now`);
  const worked = median(verified.map(({ cores }) => cores));
  print(`scale: by the time that the cores worked, two threads are ${worked.toFixed(2)}x as fast as one`);
  await million();
}

/** How much faster two threads were than one: by the clock, and by what the cores worked. */
type Pair = { readonly wall: number; readonly cores: number };

async function compare(threads: readonly Worker[], work: Work): Promise<Pair> {
  const [first] = threads;
  if (first === undefined) throw new Error('expected a thread');
  const alone = [await timeOf([first], work), await timeOf([first], work)];
  const both = await timeOf(threads, work);
  return {
    wall: sum(alone.map(({ wall }) => wall)) / both.wall,
    cores: (2 * sum(alone.map(({ cores }) => cores))) / both.cores,
  };
}

async function startThread(): Promise<Worker> {
  const thread = new Worker(new URL('./scale/verify-thread.ts', import.meta.url), {
    workerData: { streams: STREAMS_IN_MEMORY },
  });
  await once(thread, 'message');
  return thread;
}

/** Milliseconds by the clock, and the sum of those that cores worked. */
async function timeOf(threads: readonly Worker[], work: Work): Promise<Pair> {
  const begun = performance.now();
  const worked = await Promise.all(
    threads.map(async (thread) => {
      thread.postMessage(work);
      const [milliseconds] = await once(thread, 'message');
      return Number(milliseconds);
    }),
  );
  return { wall: performance.now() - begun, cores: sum(worked) };
}

function sum(values: readonly number[]): number {
  return values.reduce((so, value) => so + value, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
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
