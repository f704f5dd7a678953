import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../nonevent-error.ts';
import type { Answer, Load, LoadNotice } from './load-generator.ts';

const TICK_MILLISECONDS = 10;
const TELL_MILLISECONDS = 100;
/** A user would have gone away by then. */
const GIVE_UP_MILLISECONDS = 5000;

const { url, paths, requestsPerSecond, openAtMost, secondsAtMost } = workerData as Load;
const agent = new Agent({ keepAlive: true, maxSockets: openAtMost });
const beganAt = performance.now();
let answers: Answer[] = [];
let open = 0;
let begun = 0;
let due = 0;
let isStopping = false;

const ticking = setInterval(tick, TICK_MILLISECONDS);
const telling = setInterval(tell, TELL_MILLISECONDS);
parentPort?.on('message', stop);

/** Begins the requests that are due. What could not be begun in time is left out: the rate never exceeds what was asked for. */
function tick(): void {
  const elapsed = (performance.now() - beganAt) / 1000;
  if (elapsed > secondsAtMost) stop();
  if (isStopping) return;
  const dueNow = Math.floor(elapsed * requestsPerSecond);
  for (; due < dueNow; due += 1) {
    if (open < openAtMost) void request(paths[begun % paths.length] ?? '/');
  }
}

async function request(path: string): Promise<void> {
  open += 1;
  begun += 1;
  const startedAt = Date.now();
  const seen = await ask(path);
  answers.push({ path, startedAt, endedAt: Date.now(), ...seen });
  open -= 1;
  if (isStopping && open === 0) end();
}

type Seen = Pick<Answer, 'status' | 'release' | 'error'>;

/** An answer counts once its whole body has come. */
function ask(path: string): Promise<Seen> {
  return new Promise((resolve) => {
    const failed = (thrown: unknown): void =>
      resolve({ status: undefined, release: undefined, error: messageOf(thrown) });
    const asked = get(new URL(path, url), { agent, timeout: GIVE_UP_MILLISECONDS }, (response) => {
      const release = response.headers['x-storefront-release'];
      response.on('error', failed);
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          release: typeof release === 'string' ? release : undefined,
          error: undefined,
        }),
      );
      response.resume();
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${GIVE_UP_MILLISECONDS} ms`)));
    asked.on('error', failed);
  });
}

function tell(): void {
  if (answers.length === 0) return;
  parentPort?.postMessage({ answers } satisfies LoadNotice);
  answers = [];
}

function stop(): void {
  if (isStopping) return;
  isStopping = true;
  clearInterval(ticking);
  if (open === 0) end();
}

function end(): void {
  clearInterval(telling);
  tell();
  agent.destroy();
  parentPort?.close();
}
