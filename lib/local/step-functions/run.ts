import { randomUUID } from 'node:crypto';
import {
  ExecutionAbortedError,
  ExecutionError,
  ExecutionTimeoutError,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';
import type { Functions } from '../functions.ts';
import { executionArn, stateMachineArn } from './arns.ts';
import { createBranches } from './branches.ts';
import type { Definition } from './definition.ts';
import type { TaskTokens } from './task-tokens.ts';
import { taskHandlers } from './tasks.ts';

export type Ending =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error?: string; readonly cause?: string };

export type Run = {
  /** How the run ended by itself. Never resolves once it was aborted. */
  readonly ending: Promise<Ending>;
  readonly abort: () => void;
};

export type RunOptions = {
  /** As `localize` made it. */
  readonly definition: Definition;
  readonly stateMachine: string;
  readonly execution: string;
  readonly input: unknown;
  readonly startedAt: number;
  readonly functions: Functions;
  readonly tokens: TaskTokens;
};

type StateMachineRunOptions = NonNullable<Parameters<StateMachine['run']>[1]>;
type Input = Parameters<StateMachine['run']>[0];

/** Has the interpreter run a definition. */
export function run(options: RunOptions): Run {
  const ended = new AbortController();
  const branches = createBranches(options.definition);
  const tokenPlaceholder = `token-${randomUUID()}`;
  const machine = new StateMachine(options.definition as unknown as StateMachineDefinition, {
    validationOptions: { noValidate: true },
  });
  const handlers = taskHandlers(options.definition, {
    functions: options.functions,
    tokens: options.tokens,
    tokenPlaceholder,
    isLeft: branches.isLeft,
    ended: ended.signal,
  });
  const running = machine.run(
    options.input as Input,
    {
      overrides: { taskResourceLocalHandlers: handlers },
      context: {
        Execution: {
          Id: executionArn(options.stateMachine, options.execution),
          Name: options.execution,
          StartTime: new Date(options.startedAt).toISOString(),
        },
        StateMachine: { Id: stateMachineArn(options.stateMachine), Name: options.stateMachine },
        Task: { Token: tokenPlaceholder },
      },
    } as StateMachineRunOptions,
  );
  void branches.follow(running.eventLogs);

  const { promise: ending, resolve } = Promise.withResolvers<Ending>();
  running.result.then(
    (output) => {
      ended.abort();
      resolve({ status: 'SUCCEEDED', output: JSON.stringify(output ?? null) });
    },
    (thrown) => {
      ended.abort();
      if (!(thrown instanceof ExecutionAbortedError)) resolve(endingOf(thrown));
    },
  );
  return {
    ending,
    abort: () => {
      ended.abort();
      running.abort();
    },
  };
}

function endingOf(thrown: unknown): Ending {
  if (thrown instanceof ExecutionTimeoutError) return { status: 'TIMED_OUT', error: 'States.Timeout' };
  const failure = thrown instanceof ExecutionError ? thrown.cause : thrown;
  return failure instanceof Error
    ? { status: 'FAILED', error: failure.name, cause: failure.message }
    : { status: 'FAILED', error: 'States.Runtime', cause: String(failure) };
}
