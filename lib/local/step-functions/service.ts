import { z } from 'zod';
import { AwsError } from '../aws-error.ts';
import { isTooDeep } from '../json-depth.ts';
import { operation, type Service } from '../json-protocol.ts';
import { checkExecutionArn, stateMachineArn, stateMachineIn } from './arns.ts';
import type { Execution } from './execution.ts';
import type { Executions } from './executions.ts';
import type { StateMachines } from './state-machines.ts';
import type { TaskTokens } from './task-tokens.ts';
import { DATA_BYTES_AT_MOST } from './tasks.ts';

export type StepFunctionsParts = {
  readonly stateMachines: StateMachines;
  readonly executions: Executions;
  readonly tokens: TaskTokens;
};

/** Step Functions' operations (https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html). */
export function stepFunctionsService(parts: StepFunctionsParts): Service {
  return {
    contentType: 'application/x-amz-json-1.0',
    operations: {
      ...stateMachineOperations(parts),
      ...executionOperations(parts),
      ...callbackOperations(parts),
    },
  };
}

const text = z.string().min(1);
const DEFINITION_BYTES_AT_MOST = 1_048_576;

function stateMachineOperations({ stateMachines }: StepFunctionsParts): Service['operations'] {
  return {
    CreateStateMachine: operation(
      z.object({
        name: text,
        definition: text.max(DEFINITION_BYTES_AT_MOST),
        roleArn: text.max(256),
        type: z.literal('STANDARD').optional(),
      }),
      async ({ name, definition, roleArn }) => {
        const machine = await stateMachines.create(name, definition, roleArn);
        return { stateMachineArn: machine.arn, creationDate: seconds(machine.createdAt) };
      },
    ),
    DescribeStateMachine: operation(z.object({ stateMachineArn: text }), async (request) => {
      const machine = stateMachines.find(stateMachineIn(request.stateMachineArn));
      return {
        stateMachineArn: machine.arn,
        name: machine.name,
        status: 'ACTIVE',
        definition: machine.definition,
        roleArn: machine.roleArn,
        type: 'STANDARD',
        creationDate: seconds(machine.createdAt),
      };
    }),
    ListStateMachines: operation(z.object({}), async () => ({
      stateMachines: stateMachines.list().map((machine) => ({
        stateMachineArn: machine.arn,
        name: machine.name,
        type: 'STANDARD',
        creationDate: seconds(machine.createdAt),
      })),
    })),
  };
}

const PAGE_AT_MOST = 1000;

function executionOperations({ stateMachines, executions }: StepFunctionsParts): Service['operations'] {
  return {
    StartExecution: operation(
      z.object({ stateMachineArn: text, name: z.string().optional(), input: z.string().default('{}') }),
      async ({ stateMachineArn: arn, name, input }) => {
        const machine = stateMachines.find(stateMachineIn(arn));
        const execution = await executions.start(machine, name, input);
        return { executionArn: execution.arn, startDate: seconds(execution.startedAt) };
      },
    ),
    StopExecution: operation(
      z.object({
        executionArn: text,
        error: z.string().max(256).optional(),
        cause: z.string().max(32_768).optional(),
      }),
      async ({ executionArn, error, cause }) => {
        checkExecutionArn(executionArn);
        const { ended } = await executions.stop(executionArn, error, cause);
        return { stopDate: seconds(ended?.endedAt ?? 0) };
      },
    ),
    DescribeExecution: operation(z.object({ executionArn: text }), async ({ executionArn }) => {
      checkExecutionArn(executionArn);
      return described(executions.find(executionArn));
    }),
    ListExecutions: operation(
      z.object({
        stateMachineArn: text,
        statusFilter: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
        maxResults: z.int().min(0).max(PAGE_AT_MOST).optional(),
        nextToken: text.optional(),
      }),
      async (request) => {
        const { name } = stateMachines.find(stateMachineIn(request.stateMachineArn));
        const all = executions
          .list(name)
          .filter(
            (execution) => request.statusFilter === undefined || statusOf(execution) === request.statusFilter,
          );
        return pageOf(all, request.maxResults, request.nextToken);
      },
    ),
  };
}

function callbackOperations({ tokens }: StepFunctionsParts): Service['operations'] {
  const taskToken = text.max(2048);
  return {
    SendTaskSuccess: operation(z.object({ taskToken, output: z.string() }), async (request) => {
      tokens.succeed(request.taskToken, outputIn(request.output));
      return {};
    }),
    SendTaskFailure: operation(
      z.object({
        taskToken,
        error: z.string().max(256).default('States.TaskFailed'),
        cause: z.string().max(32_768).default(''),
      }),
      async (request) => {
        tokens.fail(request.taskToken, request.error, request.cause);
        return {};
      },
    ),
    SendTaskHeartbeat: operation(z.object({ taskToken }), async (request) => {
      tokens.heartbeat(request.taskToken);
      return {};
    }),
  };
}

/** The protocol's times are seconds since 1970. */
function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

function statusOf(execution: Execution): string {
  return execution.ended?.status ?? 'RUNNING';
}

function summary(execution: Execution): object {
  return {
    executionArn: execution.arn,
    stateMachineArn: stateMachineArn(execution.stateMachine),
    name: execution.name,
    status: statusOf(execution),
    startDate: seconds(execution.startedAt),
    ...(execution.ended === undefined ? {} : { stopDate: seconds(execution.ended.endedAt) }),
  };
}

function described(execution: Execution): object {
  const { output, error, cause } = execution.ended ?? {};
  return { ...summary(execution), input: execution.input, output, error, cause };
}

function pageOf(all: readonly Execution[], size: number | undefined, token: string | undefined): object {
  const from = token === undefined ? 0 : all.findIndex((execution) => execution.arn === token);
  if (from < 0) throw new AwsError('InvalidToken', 'Invalid Token');
  const next = all[from + (size || 100)];
  return {
    executions: all.slice(from, from + (size || 100)).map(summary),
    ...(next === undefined ? {} : { nextToken: next.arn }),
  };
}

function outputIn(output: string): unknown {
  if (Buffer.byteLength(output) > DATA_BYTES_AT_MOST) {
    throw new AwsError('InvalidOutput', `Invalid Output: over ${DATA_BYTES_AT_MOST} bytes`);
  }
  if (isTooDeep(output)) throw new AwsError('InvalidOutput', 'Invalid Output: nested too deeply');
  try {
    return JSON.parse(output);
  } catch {
    throw new AwsError('InvalidOutput', 'Invalid Output: not JSON');
  }
}
