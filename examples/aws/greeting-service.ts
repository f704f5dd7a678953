import { fileURLToPath } from 'node:url';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/**
 * The function that examples/aws/nonevent.yaml deploys. Its alias `live` is made by the first deployment, and whoever calls the service
 * calls the alias. CDK makes the function once; its code is what Nonevent last placed, so CDK has to leave that alone: the asset stays
 * as it is.
 */
export class GreetingService extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { name }: { readonly name: string }) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, 'Function', {
      // The pipeline file names it, so its name is no more CloudFormation's to choose.
      functionName: name,
      code: Code.fromAsset(fileURLToPath(new URL('service', import.meta.url))),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      role,
      logGroup,
    });
  }
}
