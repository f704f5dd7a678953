import type { TargetDefinition } from '../../pipeline/environment.ts';
import type { Target } from '../target.ts';

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

/** What a target is used for: a method of `Target`, or `runtime` of `Targets`. */
export type Use = keyof Target | 'runtime';

export type Permission = { readonly action: string; readonly on: Resource; readonly for: readonly Use[] };

/** Lambda and CloudFormation read a package in the name of whoever names it to them. */
const PACKAGES: readonly Permission[] = [
  { action: 's3:PutObject', on: 'bucketObjects', for: ['place', 'route'] },
  { action: 's3:GetObject', on: 'bucketObjects', for: ['place', 'route'] },
];

/** Every action that a target of a kind uses and what for, and nothing else. */
export const TARGET_PERMISSIONS: Readonly<Record<AwsTargetKind, readonly Permission[]>> = {
  lambdaAlias: [
    {
      action: 'lambda:ListVersionsByFunction',
      on: 'function',
      for: ['state', 'place', 'route', 'remove', 'counters'],
    },
    { action: 'lambda:ListAliases', on: 'function', for: ['state', 'place', 'route', 'remove', 'counters'] },
    { action: 'lambda:GetFunctionConfiguration', on: 'function', for: ['place', 'runtime'] },
    { action: 'lambda:UpdateFunctionCode', on: 'function', for: ['place'] },
    { action: 'lambda:UpdateFunctionConfiguration', on: 'function', for: ['place'] },
    { action: 'lambda:PublishVersion', on: 'function', for: ['place'] },
    { action: 'lambda:CreateAlias', on: 'function', for: ['route'] },
    { action: 'lambda:UpdateAlias', on: 'function', for: ['route'] },
    { action: 'lambda:DeleteAlias', on: 'function', for: ['route'] },
    { action: 'lambda:DeleteFunction', on: 'function', for: ['remove'] },
    { action: 'cloudwatch:GetMetricData', on: 'any', for: ['counters'] },
    { action: 's3:PutObject', on: 'bucketObjects', for: ['place'] },
    { action: 's3:GetObject', on: 'bucketObjects', for: ['place'] },
  ],
  ecsService: [
    {
      action: 'ecs:DescribeServices',
      on: 'service',
      for: ['state', 'place', 'route', 'remove', 'runtime'],
    },
    { action: 'ecs:UpdateService', on: 'service', for: ['route'] },
    { action: 'ecs:ListTaskDefinitions', on: 'any', for: ['state', 'place', 'route', 'remove'] },
    {
      action: 'ecs:DescribeTaskDefinition',
      on: 'any',
      for: ['state', 'place', 'route', 'remove', 'runtime'],
    },
    { action: 'ecs:DeregisterTaskDefinition', on: 'any', for: ['remove'] },
    { action: 'ecs:RegisterTaskDefinition', on: 'taskDefinition', for: ['place'] },
    { action: 'ecs:TagResource', on: 'taskDefinition', for: ['place'] },
    { action: 'iam:PassRole', on: 'taskRole', for: ['place'] },
  ],
  cloudFormation: [
    {
      action: 'cloudformation:DescribeStacks',
      on: 'stack',
      for: ['state', 'place', 'route', 'remove', 'remember'],
    },
    { action: 'cloudformation:DescribeStackEvents', on: 'stack', for: ['route'] },
    { action: 'cloudformation:ListStackResources', on: 'stack', for: ['route'] },
    { action: 'cloudformation:GetTemplate', on: 'stack', for: ['route', 'remember'] },
    {
      action: 'cloudformation:ListChangeSets',
      on: 'stack',
      for: ['state', 'place', 'route', 'remove'],
    },
    { action: 'cloudformation:CreateChangeSet', on: 'stack', for: ['place', 'route'] },
    { action: 'cloudformation:TagResource', on: 'stack', for: ['place', 'route'] },
    { action: 'cloudformation:DescribeChangeSet', on: 'stack', for: ['place', 'route'] },
    { action: 'cloudformation:ExecuteChangeSet', on: 'stack', for: ['route'] },
    { action: 'cloudformation:DeleteChangeSet', on: 'stack', for: ['place', 'route', 'remove'] },
    { action: 'cloudformation:CancelUpdateStack', on: 'stack', for: ['route'] },
    { action: 'cloudformation:DeleteStack', on: 'stack', for: ['place', 'route', 'remove'] },
    { action: 'iam:PassRole', on: 'executionRole', for: ['place', 'route'] },
    ...PACKAGES,
  ],
};

/** Whether a target of a kind is returned to by what it remembered, so that nothing has to be placed again. */
export function hasMemory(kind: AwsTargetKind): boolean {
  return permissionsFor(kind, ['remember']).length > 0;
}

/** The actions of a kind that some uses of it need. */
export function permissionsFor(kind: AwsTargetKind, uses: readonly Use[]): readonly Permission[] {
  return TARGET_PERMISSIONS[kind].filter((permission) => permission.for.some((use) => uses.includes(use)));
}
