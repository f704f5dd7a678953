import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { stopGroup } from '../../targets/process/stop-group.ts';
import { type Marks, stopMarked } from './marked-processes.ts';

export type ProcessLaunch = {
  /** Given to `sh -c`. */
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What of the environment no process outside of this run has. */
  readonly marks: Marks;
  /** Gets the output. Where there is no `toOutput` of its own, standard output comes here too, in the order it was written. */
  readonly toLog: (chunk: Buffer) => Promise<void>;
  readonly toOutput?: (chunk: Buffer) => Promise<void>;
};

export type Ending = { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null };

/** How long a process may take to end after SIGTERM. */
export const STOP_GRACE_MILLISECONDS = 2_000;
/** How long output may go on when everything that we know of has ended. */
const OUTPUT_GRACE_MILLISECONDS = 1_000;

/**
 * Runs a command in a process group of its own until it ends or the signal aborts, and ends whatever it left running.
 *
 * Rejects with the signal's reason when that aborts, once nothing runs any more. Errors: `CommandFailed` when it cannot be started.
 */
export async function runProcess(launch: ProcessLaunch, signal: AbortSignal): Promise<Ending> {
  signal.throwIfAborted();
  const child = await start(launch);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const outputs = Promise.all([
    drain(child.stdout, launch.toOutput ?? launch.toLog),
    drain(child.stderr, launch.toLog),
  ]);
  const failed = outputs.then(() => new Promise<never>(() => {}));
  try {
    const [exitCode, killedBy] = await Promise.race([ended, aborted(signal), failed]);
    return { exitCode, signal: killedBy };
  } finally {
    await stopAll(child.pid, launch.marks);
    await endOutputs(child, outputs);
  }
}

/** One pipe for both streams keeps their order. The command is an argument, never part of the text that runs it. */
const BOTH_IN_ONE = 'exec /bin/sh -c "$1" 2>&1';
const APART = 'exec /bin/sh -c "$1"';

async function start(
  launch: ProcessLaunch,
): Promise<ChildProcess & { pid: number; stdout: Readable; stderr: Readable }> {
  try {
    const script = launch.toOutput === undefined ? BOTH_IN_ONE : APART;
    const child = spawn('/bin/sh', ['-c', script, 'sh', launch.command], {
      cwd: launch.folder,
      env: launch.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    if (child.pid === undefined) throw new Error('the started process has no number');
    return Object.assign(child, { pid: child.pid });
  } catch (thrown) {
    throw new NoneventError('CommandFailed', `the command could not be started: ${messageOf(thrown)}`, {
      hint: 'look whether /bin/sh exists, and whether the variables of the stage are small and hold no NUL',
      cause: thrown,
    });
  }
}

async function drain(stream: Readable, write: (chunk: Buffer) => Promise<void>): Promise<void> {
  for await (const chunk of stream) await write(chunk as Buffer);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function stopAll(group: number, marks: Marks): Promise<void> {
  await Promise.all([stopGroup(group, STOP_GRACE_MILLISECONDS), stopMarked(marks, STOP_GRACE_MILLISECONDS)]);
}

/** A process that we could not find may still hold the pipes open. */
async function endOutputs(
  child: { readonly stdout: Readable; readonly stderr: Readable },
  outputs: Promise<unknown>,
): Promise<void> {
  const timer = new AbortController();
  const waited = sleep(OUTPUT_GRACE_MILLISECONDS, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([outputs.catch(() => {}), waited]);
  timer.abort();
  child.stdout.destroy();
  child.stderr.destroy();
  await outputs.catch(() => {});
}
