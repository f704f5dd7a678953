import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { TargetDefinition } from '../pipeline/environment.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type AwsTargetKind, permissionsFor, type Resource, type Use } from '../targets/aws/permissions.ts';
import { acknowledgeResource } from './acknowledge.ts';

/** Lets a role use the targets of the pipelines, of each kind for what is named: these by name, and no others. */
export function grantTargets(
  role: Role,
  pipelines: readonly Pipeline[],
  usesOf: (kind: AwsTargetKind) => readonly Use[],
): void {
  for (const { environments } of pipelines) {
    for (const { target } of Object.values(environments))
      if (target.kind !== 'process') grantTarget(role, target, usesOf(target.kind));
  }
}

type AwsTarget = Exclude<TargetDefinition, { readonly kind: 'process' }>;

/** A target with a role of its own is reached as that role, which alone decides what may be done. */
function grantTarget(role: Role, target: AwsTarget, uses: readonly Use[]): void {
  if (uses.length === 0) return;
  if (target.role !== undefined) {
    role.addToPolicy(new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [target.role] }));
    return;
  }
  const permissions = permissionsFor(target.kind, uses);
  for (const on of new Set(permissions.map((permission) => permission.on))) {
    const actions = permissions.filter((permission) => permission.on === on).map(({ action }) => action);
    const { resources, passedTo } = reached(on, target);
    if (resources.length === 0) continue;
    role.addToPolicy(
      new PolicyStatement({
        actions,
        resources: [...resources],
        ...(passedTo === undefined
          ? {}
          : { conditions: { StringEquals: { 'iam:PassedToService': passedTo } } }),
      }),
    );
    for (const resource of resources.filter((name) => name.includes('*') && name !== '*')) {
      acknowledgeResource(role, resource, WHY_WILDCARD[on]);
    }
  }
}

type Reached = { readonly resources: readonly string[]; readonly passedTo?: string };

/** What an action is done to in a target; nothing where the target has no such thing. */
function reached(on: Resource, target: AwsTarget): Reached {
  const inRegion = (service: string, rest: string): string =>
    `arn:${Aws.PARTITION}:${service}:${target.region ?? Aws.REGION}:${Aws.ACCOUNT_ID}:${rest}`;
  switch (on) {
    case 'function': {
      const arn = inRegion('lambda', `function:${target.kind === 'lambdaAlias' ? target.function : ''}`);
      return { resources: [arn, `${arn}:*`] };
    }
    case 'service': {
      const { cluster, service } = target as Extract<AwsTarget, { kind: 'ecsService' }>;
      return { resources: [inRegion('ecs', `service/${cluster}/${service}`)] };
    }
    case 'taskDefinition':
      return { resources: [inRegion('ecs', 'task-definition/*')] };
    case 'taskRole':
      return {
        resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/*`],
        passedTo: 'ecs-tasks.amazonaws.com',
      };
    case 'stack': {
      const { stack } = target as Extract<AwsTarget, { kind: 'cloudFormation' }>;
      return { resources: [inRegion('cloudformation', `stack/${stack}/*`)] };
    }
    case 'executionRole': {
      const { executionRole } = target as Extract<AwsTarget, { kind: 'cloudFormation' }>;
      return {
        resources: executionRole === undefined ? [] : [executionRole],
        passedTo: 'cloudformation.amazonaws.com',
      };
    }
    case 'bucketObjects': {
      const { bucket } = target as Exclude<AwsTarget, { kind: 'ecsService' }>;
      return {
        resources: bucket === undefined ? [] : [`arn:${Aws.PARTITION}:s3:::${bucket}/nonevent/*`],
      };
    }
    case 'any':
      return { resources: ['*'] };
    default:
      return on satisfies never;
  }
}

const WHY_WILDCARD: Readonly<Record<Resource, string>> = {
  function: 'The versions and aliases of this one function, which are made by deployments to come.',
  service: 'Names one service.',
  taskDefinition:
    'The family of a service is only known from the service itself, when a deployment reads it.',
  taskRole:
    'The roles of a task are only known from its task definition; they can be passed to ECS tasks and to nothing else.',
  stack: 'A stack has a random id behind its name.',
  executionRole: 'Names one role.',
  bucketObjects: 'Packages are named by digests of contents that are still to come.',
  any: 'The service knows no resource for the action.',
};
