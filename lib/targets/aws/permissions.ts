import type { TargetDefinition } from '../../pipeline/environment.ts';

/** Kinds of targets that are in AWS. */
export type AwsTargetKind = Exclude<TargetDefinition['kind'], 'process'>;

/** What an action of a target is done to, so that a policy can name it. */
export type Resource =
  | 'function' // the function, its versions and its alias
  | 'service' // the ECS service
  | 'taskDefinition' // every revision of the service's task definition family
  | 'taskRole' // the roles that the task definition names, passed on to ECS
  | 'stack' // the stack and its change sets
  | 'executionRole' // the role that CloudFormation uses, where the target names one
  | 'bucketObjects' // objects below nonevent/ of the target's bucket, where it names one
  | 'any'; // the service knows no resource for the action

export type Permission = { readonly action: string; readonly on: Resource };

const PACKAGES: readonly Permission[] = [{ action: 's3:PutObject', on: 'bucketObjects' }];

/** Every action that a target of a kind uses, and nothing else. `s3:GetObject` lets Lambda and CloudFormation read for the caller. */
export const TARGET_PERMISSIONS: Readonly<Record<AwsTargetKind, readonly Permission[]>> = {
  lambdaAlias: [
    { action: 'lambda:ListVersionsByFunction', on: 'function' },
    { action: 'lambda:ListAliases', on: 'function' },
    { action: 'lambda:GetFunctionConfiguration', on: 'function' },
    { action: 'lambda:UpdateFunctionCode', on: 'function' },
    { action: 'lambda:UpdateFunctionConfiguration', on: 'function' },
    { action: 'lambda:PublishVersion', on: 'function' },
    { action: 'lambda:CreateAlias', on: 'function' },
    { action: 'lambda:UpdateAlias', on: 'function' },
    { action: 'lambda:DeleteAlias', on: 'function' },
    { action: 'lambda:DeleteFunction', on: 'function' },
    { action: 'cloudwatch:GetMetricData', on: 'any' },
    ...PACKAGES,
    { action: 's3:GetObject', on: 'bucketObjects' },
  ],
  ecsService: [
    { action: 'ecs:DescribeServices', on: 'service' },
    { action: 'ecs:UpdateService', on: 'service' },
    { action: 'ecs:ListTaskDefinitions', on: 'any' },
    { action: 'ecs:DescribeTaskDefinition', on: 'any' },
    { action: 'ecs:DeregisterTaskDefinition', on: 'any' },
    { action: 'ecs:RegisterTaskDefinition', on: 'taskDefinition' },
    { action: 'ecs:TagResource', on: 'taskDefinition' },
    { action: 'iam:PassRole', on: 'taskRole' },
  ],
  cloudFormation: [
    { action: 'cloudformation:DescribeStacks', on: 'stack' },
    { action: 'cloudformation:DescribeStackEvents', on: 'stack' },
    { action: 'cloudformation:ListStackResources', on: 'stack' },
    { action: 'cloudformation:GetTemplate', on: 'stack' },
    { action: 'cloudformation:ListChangeSets', on: 'stack' },
    { action: 'cloudformation:CreateChangeSet', on: 'stack' },
    { action: 'cloudformation:DescribeChangeSet', on: 'stack' },
    { action: 'cloudformation:ExecuteChangeSet', on: 'stack' },
    { action: 'cloudformation:DeleteChangeSet', on: 'stack' },
    { action: 'cloudformation:CancelUpdateStack', on: 'stack' },
    { action: 'cloudformation:DeleteStack', on: 'stack' },
    { action: 'iam:PassRole', on: 'executionRole' },
    ...PACKAGES,
    { action: 's3:GetObject', on: 'bucketObjects' },
  ],
};
