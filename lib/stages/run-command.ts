import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Digest } from '../pipeline/release.ts';
import { secretsOf, secretValues, type Variables } from '../secrets/secret-values.ts';
import { commandEnvironment } from './command/command-environment.ts';
import { openCommandLog } from './command/command-log.ts';
import { stopMarked, workMark } from './command/marked-processes.ts';
import { runProcess, STOP_GRACE_MILLISECONDS } from './command/run-process.ts';
import { removeCopiesOf, removeCopy } from './command/working-copy.ts';
import type { StageContext } from './kind.ts';

export type CommandRun = {
  readonly stage: { readonly name: string } & Variables;
  /** What the command is for; its log is named after it. */
  readonly purpose: 'run' | 'capture' | 'apply' | 'undo';
  readonly command: string;
  /** Unpacked into a fresh folder, in which the command runs. */
  readonly artifact: Digest;
  readonly variables?: Readonly<Record<string, string>>;
  /** Keeps this many bytes of standard output aside, which then is not in the log. */
  readonly outputLimit?: number;
  /** Hears what the command writes to standard output while it runs; the log then keeps no order between its two streams. */
  readonly heard?: (chunk: Buffer) => void;
};

export type CommandOutcome = {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  /** The log's path inside the work folder. */
  readonly log: string;
  readonly logDigest: string;
  /** What the command wrote to the log, also what was not kept of it. */
  readonly bytes: number;
  readonly tail: string;
  /** Standard output, where it was to be kept; `undefined` where it was longer than its limit. */
  readonly output: Buffer | undefined;
};

/**
 * Runs a command in a clean copy of an artifact and removes the copy. Whatever the command started has ended when this
 * settles, and so has what an earlier attempt of the stage left behind. `afterwards` sees the copy before it goes.
 *
 * Rejects with the signal's reason when that aborts. Errors: `CommandFailed` when it cannot be started, `ArtifactFailed`,
 * `InvalidInput` where a secret that the stage names is not there.
 */
export async function runCommand<Result>(
  run: CommandRun,
  context: StageContext,
  afterwards: (outcome: CommandOutcome, copy: string) => Promise<Result>,
): Promise<Result> {
  const secrets = secretValues(run.stage, run.stage.name);
  await endEarlierAttempts(run, context);
  const name = `${run.stage.name}.${run.purpose}-${context.attempt}`;
  const copy = join(context.workFolder, `${name}.copy`);
  try {
    await context.artifacts.unpack(run.artifact, copy);
    const outcome = await runIn(copy, `${name}.log`, run, secrets, context);
    return await afterwards(outcome, copy);
  } finally {
    await removeCopy(copy);
  }
}

/** After a crash, a command of the attempt before may still run, and its copy is still there. */
async function endEarlierAttempts(
  { stage, purpose }: CommandRun,
  { deployment, workFolder, attempt }: StageContext,
): Promise<void> {
  const isFirst = purpose === 'run' && attempt === 1;
  if (isFirst) return;
  const marks = {
    NONEVENT_DEPLOYMENT: deployment.view.deployment,
    NONEVENT_STAGE: stage.name,
    ...workMark(dirname(workFolder)),
  };
  await stopMarked(marks, STOP_GRACE_MILLISECONDS);
  await removeCopiesOf(stage.name, workFolder);
}

async function runIn(
  copy: string,
  logName: string,
  run: CommandRun,
  secrets: Readonly<Record<string, string>>,
  context: StageContext,
): Promise<CommandOutcome> {
  const masked = secretsOf({ ...run.stage, env: { ...run.stage.env, ...run.variables } });
  const log = await openCommandLog(join(context.workFolder, logName), masked);
  const output = run.outputLimit === undefined ? undefined : keepOutput(run.outputLimit);
  // What meets in one pipe cannot be told apart again: a line of the one stream would cut a secret, or a line that is heard, of the other.
  const isApart = output !== undefined || run.heard !== undefined || masked.length > 0;
  const toOutput = isApart ? heardFirst(output?.write ?? log.channel(), run.heard) : undefined;
  const marks = { NONEVENT_RUN: randomUUID(), ...workMark(dirname(context.workFolder)) };
  const started = context.now();
  const ended = runProcess(
    {
      command: run.command,
      folder: copy,
      environment: {
        ...commandEnvironment(run.stage, secrets, context, process.env),
        ...run.variables,
        ...marks,
      },
      marks,
      toLog: log.channel(),
      ...(toOutput === undefined ? {} : { toOutput }),
    },
    context.signal,
  );
  await ended.catch(() => {});
  const { digest, bytes, tail } = await log.close();
  const durationMs = Math.round(context.now() - started);
  return {
    ...(await ended),
    durationMs,
    log: logName,
    logDigest: digest,
    bytes,
    tail,
    output: output?.content(),
  };
}

function heardFirst(
  write: (chunk: Buffer) => Promise<void>,
  heard: CommandRun['heard'],
): (chunk: Buffer) => Promise<void> {
  if (heard === undefined) return write;
  return (chunk) => {
    heard(chunk);
    return write(chunk);
  };
}

function keepOutput(limit: number): { write(chunk: Buffer): Promise<void>; content(): Buffer | undefined } {
  const kept: Buffer[] = [];
  let length = 0;
  return {
    async write(chunk) {
      length += chunk.length;
      if (length <= limit) kept.push(chunk);
    },
    content: () => (length <= limit ? Buffer.concat(kept) : undefined),
  };
}
