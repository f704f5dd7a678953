import { z } from 'zod';
import { type Functions, functionError } from '../functions.ts';
import { functionIn } from './arns.ts';
import { type Definition, INVOKE_AND_WAIT, statesOf, type TaskState } from './definition.ts';
import type { TaskTokens } from './task-tokens.ts';

export type TaskOptions = {
  readonly functions: Functions;
  readonly tokens: TaskTokens;
  /** What stands in a task's input where its token belongs. */
  readonly tokenPlaceholder: string;
  /** Whether a task's branch was left, so that nobody wants its result any more. */
  readonly isLeft: (state: string) => Promise<boolean>;
  /** Aborts when the execution has ended: no task begins any more, and no answer is taken. */
  readonly ended: AbortSignal;
};

export type TaskHandlers = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;

/** What the interpreter calls instead of Lambda, for every task of a localized definition. */
export function taskHandlers(definition: Definition, options: TaskOptions): TaskHandlers {
  return Object.fromEntries(
    statesOf(definition).flatMap(([name, state]) =>
      state.Type === 'Task'
        ? [[name, (input: unknown) => perform(name, state, invocation.parse(input), options)] as const]
        : [],
    ),
  );
}

const invocation = z.looseObject({ FunctionName: z.string(), Payload: z.unknown() });
type Invocation = z.output<typeof invocation>;

async function perform(
  name: string,
  state: TaskState,
  input: Invocation,
  options: TaskOptions,
): Promise<unknown> {
  // An interpreter that is aborted in the pause before a retry goes on with the retry.
  if (options.ended.aborted) throw functionError('States.Runtime', 'the execution has ended');
  if (await options.isLeft(name)) throw functionError('States.Runtime', 'another branch has failed');
  return withinDataLimit(
    state.Resource === INVOKE_AND_WAIT
      ? await invokeAndWait(state, input, options)
      : await invoke(input, options),
  );
}

async function invoke(input: Invocation, { functions }: TaskOptions): Promise<unknown> {
  const result = await functions.invoke(functionIn(input.FunctionName), input.Payload);
  return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
}

/** An answer may come before the function returns. A function that fails has the task fail. */
async function invokeAndWait(state: TaskState, input: Invocation, options: TaskOptions): Promise<unknown> {
  const task = options.tokens.open({
    timeoutSeconds: state.TimeoutSeconds ?? 0,
    heartbeatSeconds: state.HeartbeatSeconds,
  });
  options.ended.addEventListener('abort', task.close, { once: true });
  try {
    const payload = withToken(input.Payload, options.tokenPlaceholder, task.token);
    const invoked = options.functions.invoke(functionIn(input.FunctionName), payload);
    return await Promise.race([invoked.then(() => task.answer), task.answer]);
  } finally {
    task.close();
    options.ended.removeEventListener('abort', task.close);
  }
}

/** The placeholder is random and neither it nor a token has characters that JSON escapes. */
function withToken(payload: unknown, placeholder: string, token: string): unknown {
  return JSON.parse(JSON.stringify(payload ?? null).replaceAll(placeholder, token));
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: input or result of a task. */
export const DATA_BYTES_AT_MOST = 262_144;

function withinDataLimit(result: unknown): unknown {
  const bytes = Buffer.byteLength(JSON.stringify(result ?? null));
  if (bytes <= DATA_BYTES_AT_MOST) return result;
  throw functionError(
    'States.DataLimitExceeded',
    `the result has ${bytes} bytes, more than ${DATA_BYTES_AT_MOST}`,
  );
}
