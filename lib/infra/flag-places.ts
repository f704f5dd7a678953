import { Aws } from 'aws-cdk-lib';
import {
  CfnApplication,
  CfnConfigurationProfile,
  CfnDeploymentStrategy,
  CfnEnvironment,
} from 'aws-cdk-lib/aws-appconfig';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { acknowledgeResource } from './acknowledge.ts';

/** Where services read the flags of each environment: AWS AppConfig, one configuration profile for each. */
export class FlagPlaces extends Construct {
  /** For the functions: the strategy, and the ids of each environment. */
  readonly variable: Readonly<Record<string, unknown>>;
  readonly #application: CfnApplication;
  readonly #strategy: CfnDeploymentStrategy;

  constructor(
    scope: Construct,
    id: string,
    { name, pipelines }: { name: string; pipelines: readonly Pipeline[] },
  ) {
    super(scope, id);
    this.#application = new CfnApplication(this, 'Application', { name });
    this.#strategy = new CfnDeploymentStrategy(this, 'AtOnce', {
      name: `${name}-at-once`,
      description: 'A flag is a switch: whoever reads it sees it at once',
      deploymentDurationInMinutes: 0,
      finalBakeTimeInMinutes: 0,
      growthFactor: 100,
      replicateTo: 'NONE',
    });
    const environments = new Set(pipelines.flatMap((pipeline) => Object.keys(pipeline.environments)));
    this.variable = {
      strategy: this.#strategy.ref,
      places: Object.fromEntries([...environments].sort().map((each) => [each, this.#place(each)])),
    };
  }

  /** Lets a grantee publish flags: the newest deployment is read, a version is made, and it is deployed. */
  grantPublish(grantee: IGrantable & Construct): void {
    const own = `arn:${Aws.PARTITION}:appconfig:${Aws.REGION}:${Aws.ACCOUNT_ID}`;
    const application = `${own}:application/${this.#application.ref}`;
    const resources = [application, `${application}/*`];
    const strategy = `${own}:deploymentstrategy/${this.#strategy.ref}`;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [
          'appconfig:ListDeployments',
          'appconfig:ListHostedConfigurationVersions',
          'appconfig:GetHostedConfigurationVersion',
          'appconfig:CreateHostedConfigurationVersion',
          'appconfig:StartDeployment',
        ],
        resources,
      }),
    );
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['appconfig:StartDeployment'], resources: [strategy] }),
    );
    acknowledgeResource(
      grantee,
      `${application}/*`,
      'The environments, profiles and versions of the one application that holds the flags of this system.',
    );
  }

  #place(environment: string) {
    const applicationId = this.#application.ref;
    const place = new CfnEnvironment(this, `Environment ${environment}`, {
      applicationId,
      name: environment,
    });
    const profile = new CfnConfigurationProfile(this, `Profile ${environment}`, {
      applicationId,
      name: environment,
      locationUri: 'hosted',
      description: `The flags of ${environment}`,
    });
    return { application: applicationId, environment: place.ref, profile: profile.ref };
  }
}
