import {
  DescribeExecutionCommand,
  type SFNClient,
  type SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { LIFECYCLE_VERSION } from '../../lifecycle/version.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Digest } from '../../pipeline/release.ts';

export type ExecutionStatus = 'running' | 'ended' | 'unknown';

/** The executions that drive deployments. Run 0 is named by the deployment's id, so starting it twice starts it once. */
export type Executions = {
  /** Errors: `NotFound` when the pipeline is not installed; `StoreUnavailable` when Step Functions cannot be reached. */
  start(deployment: DeploymentRef, run: number): Promise<void>;
  status(deployment: DeploymentRef, run: number): Promise<ExecutionStatus>;
};

/** What names an execution: the definition it runs, and the deployment it drives. */
export type DeploymentRef = {
  readonly deployment: DeploymentId;
  readonly pipeline: string;
  readonly pipelineDigest: Digest;
  readonly entry: 'forward' | 'rollback';
};

/**
 * The name of the state machine that runs a definition. Another definition of the same pipeline is another one, and so is the
 * same definition under other rules of compiling.
 */
export function stateMachineName(pipeline: string, pipelineDigest: Digest): string {
  return `${pipeline}-${pipelineDigest.slice('sha256:'.length, 'sha256:'.length + 16)}-v${LIFECYCLE_VERSION}`;
}

/** `arnPrefix` is what comes before a name, such as `arn:aws:states:eu-west-1:123456789012`. */
export function createExecutions(client: SFNClient, arnPrefix: string): Executions {
  const executionArn = (ref: DeploymentRef, run: number): string =>
    `${arnPrefix}:execution:${stateMachineName(ref.pipeline, ref.pipelineDigest)}:${executionName(ref.deployment, run)}`;
  return {
    async start(ref, run) {
      const name = stateMachineName(ref.pipeline, ref.pipelineDigest);
      try {
        await client.send(
          new StartExecutionCommand({
            stateMachineArn: `${arnPrefix}:stateMachine:${name}`,
            name: executionName(ref.deployment, run),
            input: JSON.stringify({ deployment: ref.deployment, entry: ref.entry, failure: null }),
          }),
        );
      } catch (thrown) {
        if (isNamed(thrown, 'ExecutionAlreadyExists')) return;
        if (isNamed(thrown, 'StateMachineDoesNotExist')) throw notInstalled(ref, name, thrown);
        throw unreachable(thrown);
      }
    },
    async status(ref, run) {
      try {
        const { status } = await client.send(
          new DescribeExecutionCommand({ executionArn: executionArn(ref, run) }),
        );
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (thrown) {
        if (isNamed(thrown, 'ExecutionDoesNotExist')) return 'unknown';
        throw unreachable(thrown);
      }
    },
  };
}

function executionName(deployment: DeploymentId, run: number): string {
  return run === 0 ? deployment : `${deployment}-${run}`;
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && (thrown as SFNServiceException).name === name;
}

function notInstalled(ref: DeploymentRef, name: string, cause: unknown): NoneventError {
  return new NoneventError('NotFound', `pipeline ${ref.pipeline} is not installed as state machine ${name}`, {
    fields: { pipeline: ref.pipeline, stateMachine: name },
    hint: 'install it first: `nonevent deploy` does so on one machine, `cdk deploy` in an account',
    cause,
  });
}

function unreachable(cause: unknown): NoneventError {
  return new NoneventError(
    'StoreUnavailable',
    `step functions did not answer: ${cause instanceof Error ? cause.name : String(cause)}`,
    {
      hint: 'try again; see `nonevent doctor`',
      cause,
    },
  );
}
