import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStateMachineCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import type { Handler } from '../../lib/local/functions.ts';
import { type LocalSystem, type SystemOptions, startSystem } from '../../lib/local/system.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/nonevent';

const ending = z.object({
  detail: z.object({
    executionArn: z.string(),
    status: z.string(),
    output: z.string().nullable(),
    error: z.string().nullable(),
    cause: z.string().nullable(),
  }),
});
export type Ending = z.output<typeof ending>['detail'];

export type TestSystem = LocalSystem & {
  /** Registers a function under a new name, and gives the name. */
  readonly register: (handler: Handler) => string;
  /** Creates a state machine of these states, and gives its ARN. */
  readonly create: (definition: object) => Promise<string>;
  /** Starts an execution, and gives its ARN. */
  readonly start: (stateMachineArn: string, input?: object, name?: string) => Promise<string>;
  /** How an execution ended, once it has. */
  readonly ended: (executionArn: string) => Promise<Ending>;
  /** Creates a state machine, runs it, and tells how it ended. */
  readonly run: (definition: object, input?: object) => Promise<Ending>;
};

/** A local system that tells when an execution has ended. Without a folder it has one of its own, gone when it is closed. */
export async function startTestSystem(
  options: Omit<SystemOptions, 'folder' | 'functions'> & { readonly folder?: string } = {},
): Promise<TestSystem> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'nonevent-local-')));
  const handlers: Record<string, Handler> = {};
  const endings = new Map<string, PromiseWithResolvers<Ending>>();
  const endingOf = (arn: string) => {
    const found = endings.get(arn) ?? Promise.withResolvers<Ending>();
    endings.set(arn, found);
    return found;
  };
  handlers['on-status-change'] = async (event) => {
    const { detail } = ending.parse(event);
    endingOf(detail.executionArn).resolve(detail);
  };
  const system = await startSystem({
    timeScale: 0.001,
    ...options,
    folder,
    functions: () => handlers,
    rules: [
      ...(options.rules ?? []),
      {
        name: 'status-change',
        pattern: {
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: { status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
        },
        function: 'on-status-change',
      },
    ],
  });
  const create = async (definition: object): Promise<string> => {
    const command = new CreateStateMachineCommand({
      name: `machine-${randomUUID()}`,
      definition: JSON.stringify(definition),
      roleArn: ROLE,
    });
    const { stateMachineArn = '' } = await system.clients.states.send(command);
    return stateMachineArn;
  };
  const start = async (stateMachineArn: string, input: object = {}, name?: string): Promise<string> => {
    const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
    const { executionArn = '' } = await system.clients.states.send(command);
    return executionArn;
  };
  const ended = (executionArn: string) => endingOf(executionArn).promise;
  return {
    ...system,
    register: (handler) => {
      const name = `function-${randomUUID()}`;
      handlers[name] = handler;
      return name;
    },
    create,
    start,
    ended,
    run: async (definition, input) => ended(await start(await create(definition), input)),
    close: async () => {
      await system.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A task that invokes a function with a payload. */
export function invoke(functionName: string, payload: object, more: object = {}): object {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionName, Payload: payload },
    ...more,
  };
}

/** A task that invokes a function and waits for the answer to its token. */
export function invokeAndWait(functionName: string, more: object = {}): object {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: functionName, Payload: { 'token.$': '$$.Task.Token' } },
    ...more,
  };
}
