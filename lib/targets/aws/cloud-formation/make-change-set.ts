import {
  type Capability,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type Parameter,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { isServiceError } from '../../../aws/service-error.ts';
import { NoneventError } from '../../../nonevent-error.ts';
import type { CloudFormationTarget } from '../../../pipeline/target-kinds/cloud-formation.ts';
import type { AwsGround } from '../ground.ts';
import { upload } from '../packages/upload.ts';
import { waitUntil } from '../wait-until.ts';

/** What a stack is to become. */
export type Wanted = {
  readonly changeSet: string;
  readonly description: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly template: string;
  readonly parameters: Parameter[];
  readonly capabilities: readonly string[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
};

/** CloudFormation takes templates of this size in a request; larger ones come from a bucket. Bytes. */
const LARGEST_BODY = 51_200;

const described = z.object({
  Status: z.string(),
  StatusReason: z.string().optional(),
});

/**
 * Makes a change set and waits until CloudFormation has found what it would do. One of the same name is replaced.
 *
 * Errors: `Conflict` where CloudFormation refuses it; `TargetFailed`; those of the SDK.
 */
export async function makeChangeSet(
  target: CloudFormationTarget,
  wanted: Wanted,
  ground: AwsGround,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { cloudFormation } = ground.clients;
  const name = { StackName: target.stack, ChangeSetName: wanted.changeSet };
  await dropChangeSet(target.stack, wanted.changeSet, ground);
  await cloudFormation.send(
    new CreateChangeSetCommand({
      ...name,
      ChangeSetType: wanted.type,
      Description: wanted.description,
      ...(await bodyOf(target, wanted.template, ground)),
      Parameters: wanted.parameters,
      Capabilities: [...wanted.capabilities] as Capability[],
      Tags: [...wanted.tags],
      RoleARN: target.executionRole,
    }),
  );
  await waitUntil(`the change set of ${target.stack}`, { ...ground, signal }, async () => {
    const { Status, StatusReason } = described.parse(
      await cloudFormation.send(new DescribeChangeSetCommand(name)),
    );
    if (Status === 'CREATE_COMPLETE') return true;
    if (Status !== 'FAILED') return undefined;
    await dropChangeSet(target.stack, wanted.changeSet, ground);
    throw new NoneventError(
      'Conflict',
      `CloudFormation refused the change set of ${target.stack}: ${StatusReason ?? 'it gave no reason'}`,
      { fields: { stack: target.stack }, hint: 'correct the template, its parameters or the capabilities' },
    );
  });
}

/** Deletes a change set; nothing happens where there is none. */
export async function dropChangeSet(
  StackName: string,
  ChangeSetName: string,
  { clients }: Pick<AwsGround, 'clients'>,
): Promise<void> {
  try {
    await clients.cloudFormation.send(new DeleteChangeSetCommand({ StackName, ChangeSetName }));
  } catch (thrown) {
    // Of a stack that does not exist.
    if (!isServiceError(thrown, 'ValidationError', 'ChangeSetNotFound')) throw thrown;
  }
}

async function bodyOf(
  { stack, bucket }: CloudFormationTarget,
  template: string,
  { clients }: AwsGround,
): Promise<{ readonly TemplateBody: string } | { readonly TemplateURL: string }> {
  const bytes = Buffer.from(template);
  if (bytes.length <= LARGEST_BODY) return { TemplateBody: template };
  if (bucket !== undefined) {
    const key = await upload(clients.s3, bucket, bytes, '.template');
    const region = await clients.s3.config.region();
    return { TemplateURL: `https://${bucket}.s3.${region}.amazonaws.com/${key}` };
  }
  throw new NoneventError(
    'TargetFailed',
    `the template of ${stack} has ${bytes.length} bytes, expected at most ${LARGEST_BODY} where the target names no bucket`,
    { fields: { stack, bytes: bytes.length }, hint: 'name a bucket in the region of the stack' },
  );
}
