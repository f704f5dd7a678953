import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { acknowledgeKeyActions } from './data-key.ts';
import { deadLetters } from './dead-letters.ts';
import type { FunctionDescription } from './function-catalogue.ts';

export type NoneventFunctionProps = FunctionDescription & {
  readonly code: Code;
  readonly variables: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
};

/** One function with a role and a log of its own, and a queue for what it could not handle where nobody waits for its answer. */
export class NoneventFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly deadLetters: Queue | undefined;

  constructor(scope: Construct, id: string, props: NoneventFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      // What happened is in the histories; the log only helps to find out why.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    logGroup.grantWrite(this.role);
    this.deadLetters = props.caller === 'executions' ? undefined : deadLetters(this);
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: props.code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMegabytes,
      ...(props.diskMegabytes === undefined
        ? {}
        : { ephemeralStorageSize: Size.mebibytes(props.diskMegabytes) }),
      timeout: Duration.seconds(props.seconds),
      role: this.role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: { ...props.variables },
      ...(props.caller === 'events' && this.deadLetters !== undefined
        ? { deadLetterQueue: this.deadLetters, retryAttempts: 2, maxEventAge: Duration.hours(6) }
        : {}),
    });
    acknowledge(this.role, {
      'AwsSolutions-IAM5[Resource::*]':
        'Actions that know no resources: those of X-Ray, which Lambda uses for traces, GetMetricData of CloudWatch, and those of ECS on task definitions.',
    });
    acknowledgeKeyActions(this.role);
  }
}
