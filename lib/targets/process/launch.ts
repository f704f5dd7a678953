import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NoneventError } from '../../nonevent-error.ts';
import { secretsOf } from '../../stages/secret-values.ts';
import { freePort, isFree } from './free-port.ts';
import { askHealth } from './health.ts';
import { logTail } from './log-tail.ts';
import { serviceEnvironment } from './service-environment.ts';
import { startProcess } from './start-process.ts';
import { stopGroup } from './stop-group.ts';
import type { RevisionRecord } from './target-record.ts';

/** A healthy process of a revision. */
export type Running = { readonly pid: number; readonly port: number; readonly ended: Promise<string> };

/** Where a revision lives and how its record is read and written. */
export type RevisionHome = {
  /** Holds `app`, `output.log` and the run files. */
  readonly folder: string;
  record(): RevisionRecord;
  save(change: Partial<Pick<RevisionRecord, 'run' | 'phase' | 'restarts' | 'exits'>>): Promise<void>;
  /** Ports that other revisions use or have begun to use. */
  takenPorts(): ReadonlySet<number>;
  /** What every service of the environment is told. */
  readonly variables: Readonly<Record<string, string>>;
};

/**
 * Starts a revision's process and returns when it is healthy. Where that fails no process is left behind.
 *
 * The record says where the process will be found before there is one. Its last port is kept while it is free.
 * Errors: `TargetFailed` when it ends early, with how, or when `signal` aborts first, with the last health answer; both
 * with the tail of its log.
 */
export async function launch(home: RevisionHome, signal: AbortSignal): Promise<Running> {
  for (let tries = 1; ; tries += 1) {
    const attempt = await tryToLaunch(home, signal, tries === 1);
    switch (attempt.outcome) {
      case 'healthy':
        return attempt.running;
      case 'failed':
        throw await failure(home, attempt.what);
      case 'portTaken':
        if (tries === PORT_TRIES) throw await failure(home, 'found another process on its port three times');
        break;
      default:
        attempt satisfies never;
    }
  }
}

/** The file to which a start of the revision wrote its identity. */
export function runFile(home: RevisionHome, run: { readonly id: string }): string {
  return join(home.folder, `run-${run.id}`);
}

/** What the processes of the revision wrote, see `keepLogBounded`. */
export function logFile(home: RevisionHome): string {
  return join(home.folder, 'output.log');
}

const PORT_TRIES = 3;
/** Milliseconds that one health question may take. */
const HEALTH_TIMEOUT = 2_000;
/** Milliseconds that a process that is given up may take to end by itself. */
const GIVE_UP_GRACE = 1_000;

type Attempt =
  | { readonly outcome: 'healthy'; readonly running: Running }
  | { readonly outcome: 'failed'; readonly what: string }
  | { readonly outcome: 'portTaken' };

async function tryToLaunch(home: RevisionHome, signal: AbortSignal, keepPort: boolean): Promise<Attempt> {
  const { run: earlier, launch: how } = home.record();
  const isKept = keepPort && earlier !== undefined && (await isFree(earlier.port));
  const port = isKept ? earlier.port : await freePort(home.takenPorts());
  const run = { id: randomBytes(8).toString('hex'), port };
  await home.save({ run });
  if (earlier !== undefined) await rm(runFile(home, earlier), { force: true });

  const { pid, ended } = await startProcess({
    command: how.start,
    folder: join(home.folder, 'app'),
    environment: serviceEnvironment(home.record(), port, home.variables, process.env),
    runFile: runFile(home, run),
    logFile: logFile(home),
  });
  const reached = await waitUntilHealthy(port, how.health, ended, signal);
  if (reached.outcome === 'healthy') return { outcome: 'healthy', running: { pid, port, ended } };

  await stopGroup(pid, GIVE_UP_GRACE);
  if (reached.outcome === 'ended' && !(await isFree(port))) return { outcome: 'portTaken' };
  return { outcome: 'failed', what: reached.what };
}

type Reached =
  | { readonly outcome: 'healthy' }
  | { readonly outcome: 'ended' | 'gaveUp'; readonly what: string };

async function waitUntilHealthy(
  port: number,
  path: string,
  ended: Promise<string>,
  signal: AbortSignal,
): Promise<Reached> {
  const stop = new AbortController();
  let last = 'none yet';
  const early = ended.then((how): Reached => ({ outcome: 'ended', what: `${how} before it was healthy` }));
  const late = new Promise<Reached>((resolve) => {
    const giveUp = () => {
      const what = `did not become healthy in the time it was given; the last answer to GET ${path} was: ${last}`;
      resolve({ outcome: 'gaveUp', what });
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { signal: stop.signal });
  });
  const poll = async (): Promise<Reached> => {
    for (let pause = 10; !stop.signal.aborted; pause = Math.min(pause * 1.5, 250)) {
      const { isHealthy, answer } = await askHealth(port, path, HEALTH_TIMEOUT);
      if (isHealthy) return { outcome: 'healthy' };
      last = answer;
      await sleep(pause);
    }
    return late;
  };
  try {
    return await Promise.race([early, late, poll()]);
  } finally {
    stop.abort();
  }
}

async function failure(home: RevisionHome, what: string): Promise<NoneventError> {
  const { revision } = home.record();
  const log = await logTail(logFile(home), secretsOf(home.record().launch));
  const ending =
    log === ''
      ? 'it wrote nothing to its log'
      : `its log ends: ${log.slice(-300).trim().replaceAll('\n', ' | ')}`;
  return new NoneventError('TargetFailed', `revision ${revision} ${what}; ${ending}`, {
    fields: { revision, log },
    hint: `read ${logFile(home)}`,
  });
}
