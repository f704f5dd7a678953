import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Functions } from '../functions.ts';
import { openJournal } from '../journal.ts';
import { isTooDeep } from '../json-depth.ts';
import { checkName, executionArn } from './arns.ts';
import {
  type Execution,
  type ExecutionEnded,
  type ExecutionStarted,
  executionRecord,
  executionsIn,
  isForgotten,
  rememberedRecords,
} from './execution.ts';
import { localize } from './localize.ts';
import { type Ending, type Run, run } from './run.ts';
import type { StateMachine } from './state-machines.ts';
import type { TaskTokens } from './task-tokens.ts';
import { DATA_BYTES_AT_MOST } from './tasks.ts';

export type ExecutionsOptions = {
  readonly path: string;
  readonly functions: Functions;
  readonly tokens: TaskTokens;
  /** Waits and pauses between attempts last this much of their time. */
  readonly timeScale: number;
  /** Hears of each execution that began or ended, after that is durable. */
  readonly onChange: (execution: Execution) => void;
  readonly onError: (error: unknown) => void;
};

export type Executions = {
  /** Errors: `InvalidName`, `InvalidExecutionInput`, `ExecutionAlreadyExists`. */
  readonly start: (machine: StateMachine, name: string | undefined, input: string) => Promise<Execution>;
  /** Error of both: `ExecutionDoesNotExist`. */
  readonly stop: (arn: string, error: string | undefined, cause: string | undefined) => Promise<Execution>;
  readonly find: (arn: string) => Execution;
  /** Newest first. */
  readonly list: (stateMachine: string) => readonly Execution[];
  /** Ends all runs without a trace, and begins none: the next start finds them aborted, as after a crash. */
  readonly halt: () => void;
  readonly close: () => Promise<void>;
};

/** The executions of a journal. One that ran when the last system ended has ended with it, and is `ABORTED`. */
export async function openExecutions(options: ExecutionsOptions): Promise<Executions> {
  const { journal, entries } = await openJournal(options.path, executionRecord, (records) =>
    rememberedRecords(records, Date.now()),
  );
  const executions = executionsIn(entries);
  const runs = new Map<string, Run>();
  const starting = new Map<string, Promise<Execution>>();
  const ending = new Map<string, Promise<Execution>>();
  let isHalted = false;

  const writeEnd = async (execution: Execution, how: Ending): Promise<Execution> => {
    const ended: ExecutionEnded = { type: 'ended', arn: execution.arn, endedAt: Date.now(), ...how };
    await journal.append(ended);
    const now = { ...execution, ended };
    executions.set(execution.arn, now);
    options.onChange(now);
    return now;
  };

  /** Whoever is first ends an execution; the others get that end. */
  const end = (execution: Execution, how: Ending): Promise<Execution> => {
    const already = ending.get(execution.arn);
    if (already !== undefined) return already;
    const written = writeEnd(execution, how).finally(() => ending.delete(execution.arn));
    ending.set(execution.arn, written);
    runs.delete(execution.arn);
    return written;
  };

  const begin = async (machine: StateMachine, started: ExecutionStarted): Promise<Execution> => {
    await journal.append(started);
    const execution: Execution = { ...started, ended: undefined };
    executions.set(started.arn, execution);
    options.onChange(execution);
    const running = run({
      definition: localize(machine.parsed, options.timeScale),
      stateMachine: started.stateMachine,
      execution: started.name,
      input: JSON.parse(started.input),
      startedAt: started.startedAt,
      functions: options.functions,
      tokens: options.tokens,
    });
    runs.set(started.arn, running);
    void running.ending.then((how) => end(execution, how)).catch(options.onError);
    return execution;
  };

  const find = (arn: string): Execution => {
    const execution = executions.get(arn);
    if (execution !== undefined) return execution;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  };

  for (const execution of executions.values()) if (execution.ended === undefined) await end(execution, LOST);

  return {
    start: async (machine, name = randomUUID(), input) => {
      if (isHalted) throw new AwsError('ServiceUnavailable', 'the local system is closing', 503);
      checkName(name);
      checkInput(input);
      const arn = executionArn(machine.name, name);
      const existing = executions.get(arn) ?? (await starting.get(arn));
      if (existing !== undefined && !isForgotten(existing, Date.now())) return repeated(existing, input);
      const started = begin(machine, {
        type: 'started',
        arn,
        name,
        stateMachine: machine.name,
        input,
        startedAt: Date.now(),
      }).finally(() => starting.delete(arn));
      starting.set(arn, started);
      return started;
    },
    stop: async (arn, error, cause) => {
      const execution = find(arn);
      if (execution.ended !== undefined) return execution;
      runs.get(arn)?.abort();
      return end(execution, {
        status: 'ABORTED',
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      });
    },
    find,
    list: (stateMachine) =>
      [...executions.values()].filter((execution) => execution.stateMachine === stateMachine).reverse(),
    halt: () => {
      isHalted = true;
      for (const running of runs.values()) running.abort();
    },
    close: async () => {
      await Promise.allSettled(ending.values());
      await journal.close();
    },
  };
}

const LOST: Ending = {
  status: 'ABORTED',
  error: 'LocalSystemRestarted',
  cause: 'the local system ended while this execution ran, and was started again',
};

/** A repeated start finds the running execution. Nothing else may have its name. */
function repeated(existing: Execution, input: string): Execution {
  if (existing.ended === undefined && existing.input === input) return existing;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${existing.arn}'`);
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > DATA_BYTES_AT_MOST) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: over ${DATA_BYTES_AT_MOST} bytes`,
    );
  }
  if (isTooDeep(input)) {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: nested too deeply');
  }
  try {
    JSON.parse(input);
  } catch {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: not JSON');
  }
}
