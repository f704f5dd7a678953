import { setTimeout as sleep } from 'node:timers/promises';
import { askHealth } from './health.ts';
import { listeningPorts } from './listening-ports.ts';

/** A process that was just started: the leader of its group, where it shall listen, and what it is asked. */
export type Beginning = {
  readonly pid: number;
  readonly port: number;
  readonly path: string;
  readonly ended: Promise<string>;
};

export type Reached =
  | { readonly outcome: 'healthy' }
  | { readonly outcome: 'ended' | 'gaveUp'; readonly what: string };

/** Milliseconds that one health question may take. */
const HEALTH_TIMEOUT_MILLISECONDS = 2_000;
/** How often a process that does not answer is looked at for where it listens instead. */
const LOOK_INTERVAL_MILLISECONDS = 500;
/** How long a process may be healthy on another port alone, as one that is about to open its own. */
const ELSEWHERE_PATIENCE_MILLISECONDS = 3_000;

/**
 * Asks a process until it is healthy, ends, or `signal` aborts. Gives up early on one that is healthy on another port than its own
 * for three seconds while nobody listens on its own. Never rejects.
 */
export async function waitUntilHealthy(beginning: Beginning, signal: AbortSignal): Promise<Reached> {
  const { port, path, ended } = beginning;
  const stop = new AbortController();
  let last = 'none yet';
  let elsewhere: string | undefined;
  const early = ended.then((how): Reached => ({ outcome: 'ended', what: `${how} before it was healthy` }));
  const late = new Promise<Reached>((resolve) => {
    const giveUp = () => {
      const answer = `the last answer to GET ${path} was: ${last}`;
      const parts = ['did not become healthy in the time it was given', answer, elsewhere];
      resolve({ outcome: 'gaveUp', what: parts.filter((part) => part !== undefined).join('; ') });
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { signal: stop.signal });
  });
  const poll = async (): Promise<Reached> => {
    for (let pause = 10; !stop.signal.aborted; pause = Math.min(pause * 1.5, 250)) {
      const { isHealthy, answer } = await askHealth(port, path, HEALTH_TIMEOUT_MILLISECONDS);
      if (isHealthy) return { outcome: 'healthy' };
      last = answer;
      await sleep(pause);
    }
    return late;
  };
  const look = async (): Promise<Reached> => {
    let healthySince: number | undefined;
    for (;;) {
      await sleep(LOOK_INTERVAL_MILLISECONDS, undefined, { ref: false });
      if (stop.signal.aborted) return late;
      const ports = await listeningPorts(beginning.pid);
      elsewhere = portsInWords(ports, port);
      const isElsewhere = !ports.includes(port) && (await isHealthyAtAny(ports, path));
      healthySince = isElsewhere ? (healthySince ?? performance.now()) : undefined;
      if (
        elsewhere !== undefined &&
        performance.now() - (healthySince ?? Number.NaN) >= ELSEWHERE_PATIENCE_MILLISECONDS
      )
        return { outcome: 'gaveUp', what: `is healthy, but ${elsewhere}` };
    }
  };
  try {
    return await Promise.race([early, late, poll(), look()]);
  } finally {
    stop.abort();
  }
}

/** Where a process listens that does not answer, where that tells why. */
function portsInWords(ports: readonly number[], port: number): string | undefined {
  if (ports.length === 0 || ports.includes(port)) return undefined;
  return `it listens on ${ports.join(', ')} instead of $PORT ${port}`;
}

async function isHealthyAtAny(ports: readonly number[], path: string): Promise<boolean> {
  const answers = await Promise.all(ports.map((port) => askHealth(port, path, HEALTH_TIMEOUT_MILLISECONDS)));
  return answers.some(({ isHealthy }) => isHealthy);
}
