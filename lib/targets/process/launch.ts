import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NoneventError } from '../../nonevent-error.ts';
import { secretsOf } from '../../secrets/secret-values.ts';
import { freePort, isFree } from './free-port.ts';
import { keepLog } from './kept-logs.ts';
import { logExcerpt } from './log-excerpt.ts';
import { serviceEnvironment } from './service-environment.ts';
import { startProcess } from './start-process.ts';
import { stopGroup } from './stop-group.ts';
import { LOGS_FOLDER, type RevisionRecord } from './target-record.ts';
import { waitUntilHealthy } from './wait-until-healthy.ts';

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
 * Errors: `TargetFailed` when it ends early, with how; when `signal` aborts first, with the last health answer; when it listens
 * on another port than its own. All with what its log says, and where that is kept.
 */
export async function launch(home: RevisionHome, signal: AbortSignal): Promise<Running> {
  for (let tries = 1; ; tries += 1) {
    const attempt = await tryToLaunch(home, signal, tries === 1);
    switch (attempt.outcome) {
      case 'healthy':
        return attempt.running;
      case 'failed':
        throw await failure(home, attempt);
      case 'portTaken':
        if (tries === PORT_TRIES)
          throw await failure(home, {
            ...attempt,
            what: 'found another process on its port three times',
          });
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
/** Milliseconds that a process that is given up may take to end by itself. */
const GIVE_UP_GRACE_MILLISECONDS = 1_000;

type Attempt =
  | { readonly outcome: 'healthy'; readonly running: Running }
  | ({ readonly outcome: 'failed' } & Failed)
  | { readonly outcome: 'portTaken'; readonly logStart: number };

/** `logStart`: where in the log this start began to write. */
type Failed = { readonly what: string; readonly logStart: number };

async function tryToLaunch(home: RevisionHome, signal: AbortSignal, keepPort: boolean): Promise<Attempt> {
  const { run: earlier, launch: how } = home.record();
  const isKept = keepPort && earlier !== undefined && (await isFree(earlier.port));
  const port = isKept ? earlier.port : await freePort(home.takenPorts());
  const run = { id: randomBytes(8).toString('hex'), port };
  await home.save({ run });
  if (earlier !== undefined) await rm(runFile(home, earlier), { force: true });

  const logStart = await stat(logFile(home)).then(
    ({ size }) => size,
    () => 0,
  );
  const { pid, ended } = await startProcess({
    command: how.start,
    folder: join(home.folder, 'app'),
    environment: serviceEnvironment(home.record(), port, home.variables, process.env),
    runFile: runFile(home, run),
    logFile: logFile(home),
  });
  const reached = await waitUntilHealthy({ pid, port, path: how.health, ended }, signal);
  if (reached.outcome === 'healthy') return { outcome: 'healthy', running: { pid, port, ended } };

  await stopGroup(pid, GIVE_UP_GRACE_MILLISECONDS);
  if (reached.outcome === 'ended' && !(await isFree(port))) return { outcome: 'portTaken', logStart };
  return { outcome: 'failed', what: reached.what, logStart };
}

async function failure(home: RevisionHome, { what, logStart }: Failed): Promise<NoneventError> {
  const { revision, phase, launch: how } = home.record();
  const secrets = secretsOf(how);
  const { text, telling, isError } = await logExcerpt(logFile(home), logStart, secrets);
  const says =
    telling === undefined
      ? 'it wrote nothing to its log'
      : `its log ${isError ? 'says' : 'ends'}: ${telling}`;
  // What was placed before keeps its folder, and the log with it.
  const kept = phase === 'placing' ? await keepLogOf(home) : logFile(home);
  const where = kept === undefined || telling === undefined ? '' : `; the whole log is ${kept}`;
  return new NoneventError('TargetFailed', `revision ${revision} ${what}; ${says}${where}`, {
    fields: { revision, log: text, ...(kept === undefined ? {} : { logFile: kept }) },
    hint: `read ${kept ?? logFile(home)}`,
  });
}

/** Keeps the log of a revision whose folder goes away. Gives where it is, unless it is empty. */
export function keepLogOf(home: RevisionHome): Promise<string | undefined> {
  const { revision, launch: how } = home.record();
  return keepLog(logFile(home), join(dirname(home.folder), LOGS_FOLDER), revision, secretsOf(how));
}
