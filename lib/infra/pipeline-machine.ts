import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import {
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { pipelineDigest } from '../history/digests.ts';
import { compileStatesLanguage, type FunctionNames } from '../lifecycle/states-language.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { versionDescription } from '../stages/drive/published-versions.ts';
import { acknowledge } from './acknowledge.ts';

export type PipelineMachineProps = {
  readonly pipeline: Pipeline;
  /** The physical name: functions find a state machine by it, as neither can wait for the other to be made. */
  readonly name: string;
  readonly functions: Readonly<Record<keyof FunctionNames, IFunction>>;
  readonly log: ILogGroup;
};

/**
 * The state machine of a pipeline, and the version of it that runs exactly this definition. Versions are never deleted while the
 * state machine is there: docs/decisions/0016-state-machine-versions.md.
 */
export class PipelineMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { pipeline, name, functions, log }: PipelineMachineProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Runs deployments of pipeline ${pipeline.pipeline}`,
    });
    const arns = Object.fromEntries(
      Object.entries(functions).map(([placeholder, { functionArn }]) => [placeholder, functionArn]),
    );
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: Object.values(arns) }),
    );
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromString(JSON.stringify(compileStatesLanguage(pipeline))),
      definitionSubstitutions: arns,
      role,
      tracingEnabled: true,
      // Inputs are ids only, and what a function failed with is in the history.
      logs: { destination: log, level: LogLevel.ALL, includeExecutionData: false },
    });
    this.#publish(pipeline);
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'The log deliveries and X-Ray segments of Step Functions know no resources (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).',
    });
  }

  /** Its id has the digest, so another definition is another version, and the earlier ones are left as they are. */
  #publish(pipeline: Pipeline): void {
    const description = versionDescription(pipelineDigest(pipeline));
    const version = new CfnStateMachineVersion(this, `Version ${description}`, {
      stateMachineArn: this.stateMachine.stateMachineArn,
      stateMachineRevisionId: this.stateMachine.stateMachineRevisionId,
      description,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN, { applyToUpdateReplacePolicy: true });
  }
}
