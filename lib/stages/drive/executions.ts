import {
  DescribeExecutionCommand,
  type SFNClient,
  type SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { LIFECYCLE_VERSION } from '../../lifecycle/version.ts';
import { NoneventError, nameOf } from '../../nonevent-error.ts';
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

/** Which state machines run definitions. */
export type StateMachines = {
  /** The ARN of a pipeline's state machine, which its executions are named under. */
  arnOf(definition: DefinitionRef): string;
  /** What is started to run exactly this definition; `undefined` where it is not installed. */
  find(definition: DefinitionRef): Promise<string | undefined>;
};
export type DefinitionRef = Pick<DeploymentRef, 'pipeline' | 'pipelineDigest'>;

/**
 * One state machine for each definition, as on one machine. `arnPrefix` is what comes before a name, such as
 * `arn:aws:states:eu-west-1:123456789012:stateMachine:`.
 */
export function stateMachinePerDefinition(arnPrefix: string): StateMachines {
  const arnOf = ({ pipeline, pipelineDigest }: DefinitionRef): string =>
    `${arnPrefix}${stateMachineName(pipeline, pipelineDigest)}`;
  return { arnOf, find: async (definition) => arnOf(definition) };
}

/** Drives deployments by executions of the state machines that are found. */
export function createExecutions(client: SFNClient, stateMachines: StateMachines): Executions {
  return {
    async start(ref, run) {
      try {
        const stateMachineArn = await stateMachines.find(ref);
        if (stateMachineArn === undefined) throw notInstalled(ref);
        await client.send(
          new StartExecutionCommand({
            stateMachineArn,
            name: executionName(ref.deployment, run),
            input: JSON.stringify({ deployment: ref.deployment, entry: ref.entry, failure: null }),
          }),
        );
      } catch (thrown) {
        if (thrown instanceof NoneventError) throw thrown;
        if (isNamed(thrown, 'ExecutionAlreadyExists')) return;
        if (isNamed(thrown, 'StateMachineDoesNotExist')) throw notInstalled(ref, thrown);
        throw unreachable(thrown);
      }
    },
    async status(ref, run) {
      try {
        const { status } = await client.send(
          new DescribeExecutionCommand({ executionArn: executionArn(stateMachines.arnOf(ref), ref, run) }),
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

/** An execution is named under its state machine, whichever version of that it runs. */
function executionArn(stateMachineArn: string, { deployment }: DeploymentRef, run: number): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName(deployment, run)}`;
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && (thrown as SFNServiceException).name === name;
}

function notInstalled({ pipeline, pipelineDigest }: DefinitionRef, cause?: unknown): NoneventError {
  const name = stateMachineName(pipeline, pipelineDigest);
  return new NoneventError('NotFound', `pipeline ${pipeline} is not installed as state machine ${name}`, {
    fields: { pipeline, stateMachine: name },
    hint: 'install it first: `nonevent deploy` does so on one machine, `cdk deploy` in an account',
    cause,
  });
}

function unreachable(cause: unknown): NoneventError {
  return new NoneventError('StoreUnavailable', `step functions did not answer: ${nameOf(cause)}`, {
    hint: 'try again; see `nonevent doctor`',
    cause,
  });
}
