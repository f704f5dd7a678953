import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { PipelineTrigger } from '../pipeline/triggers.ts';
import { acknowledgeResource } from './acknowledge.ts';

/** Lets a role take over the archives that triggers bring: from where each trigger says that they are, and from nowhere else. */
export function grantTriggers(role: Role, pipelines: readonly Pipeline[]): void {
  const sources = new Set(
    pipelines.flatMap(({ triggers = [] }) => triggers.flatMap((trigger) => sourceOf(trigger) ?? [])),
  );
  for (const resource of sources) {
    role.addToPolicy(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [resource] }),
    );
    acknowledgeResource(role, resource, 'Archives are named by versions that are still to come.');
  }
}

/** An image needs no archive. */
function sourceOf(trigger: PipelineTrigger): string | undefined {
  switch (trigger.kind) {
    case 'ecr':
      return undefined;
    case 's3':
      return objects(trigger.bucket, trigger.prefix ?? '');
    case 'codeBuild':
    case 'codePipeline':
      return objects(trigger.bucket, trigger.key.slice(0, trigger.key.indexOf('{')));
    default:
      return trigger satisfies never;
  }
}

function objects(bucket: string, prefix: string): string {
  return `arn:${Aws.PARTITION}:s3:::${bucket}/${prefix}*`;
}
