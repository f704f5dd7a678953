import { randomUUID } from 'node:crypto';
import { messageOf, nameOf } from '../nonevent-error.ts';

/** What a function learns of its invocation: the part of Lambda's context object that handlers use. */
export type InvocationContext = {
  readonly functionName: string;
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
};

/** A function as Lambda knows it. Payload and result are JSON. */
export type Handler = (payload: unknown, context: InvocationContext) => Promise<unknown>;

/** One line of the log. Payloads are not logged: they may hold what nobody should read. */
export type Invocation = {
  readonly at: string;
  readonly function: string;
  readonly requestId: string;
  readonly milliseconds: number;
  readonly outcome: 'returned' | 'failed';
  readonly error?: string;
  readonly message?: string;
};

export type Functions = {
  /** Runs a function. An error has the name and the cause that Step Functions would see. */
  readonly invoke: (name: string, payload: unknown) => Promise<unknown>;
  /** Begins no more invocations, and waits for those that run, at most so long. Tells whether all have ended. */
  readonly close: (withinMs: number) => Promise<boolean>;
};

/** The longest that Lambda lets a function run (https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html). */
const LAMBDA_TIMEOUT_MS = 900_000;

/** A registry of functions that are invoked by name, in this process. Only JSON crosses, as it would in Lambda. */
export function createFunctions(
  handlers: () => Readonly<Record<string, Handler>>,
  log: (invocation: Invocation) => void = () => {},
): Functions {
  const running = new Set<Promise<unknown>>();
  let isClosed = false;

  const invoke = async (name: string, payload: unknown): Promise<unknown> => {
    if (isClosed) throw functionError('Lambda.ServiceException', 'the local system is closing');
    const registered = handlers();
    const handler = Object.hasOwn(registered, name) ? registered[name] : undefined;
    if (handler === undefined)
      throw functionError('Lambda.ResourceNotFoundException', `function not found: ${name}`);
    const requestId = randomUUID();
    const startedAt = Date.now();
    const entry = { at: new Date(startedAt).toISOString(), function: name, requestId };
    const ended = (outcome: Pick<Invocation, 'outcome' | 'error' | 'message'>) =>
      log({ ...entry, milliseconds: Date.now() - startedAt, ...outcome });
    try {
      const result = await handler(throughJson(payload), {
        functionName: name,
        awsRequestId: requestId,
        getRemainingTimeInMillis: () => Math.max(0, startedAt + LAMBDA_TIMEOUT_MS - Date.now()),
      });
      ended({ outcome: 'returned' });
      return throughJson(result);
    } catch (thrown) {
      const error = asFunctionError(thrown);
      ended({ outcome: 'failed', error: error.name, message: messageOf(thrown).slice(0, 1000) });
      throw error;
    }
  };

  return {
    invoke: (name, payload) => {
      const invocation = invoke(name, payload);
      const settled = invocation.then(
        () => {},
        () => {},
      );
      running.add(settled);
      void settled.then(() => running.delete(settled));
      return invocation;
    },
    close: async (withinMs) => {
      isClosed = true;
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, withinMs, false);
      });
      const allEnded = await Promise.race([Promise.all(running).then(() => true), tooLate]);
      clearTimeout(timer);
      return allEnded;
    },
  };
}

/** An error as the interpreter of the States Language wants it: it matches `name` and hands on `message` as the cause. */
export function functionError(name: string, cause: string): Error {
  return Object.assign(new Error(cause), { name });
}

const TRACE_LINES = 10;

/** Lambda reports an error as JSON of this form; Step Functions takes it as the cause. */
function asFunctionError(thrown: unknown): Error {
  const errorType = nameOf(thrown);
  const errorMessage = thrown instanceof Error ? thrown.message : String(thrown);
  const trace = thrown instanceof Error ? (thrown.stack ?? '').split('\n').slice(0, TRACE_LINES) : [];
  return functionError(errorType, JSON.stringify({ errorType, errorMessage, trace }));
}

function throughJson(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
