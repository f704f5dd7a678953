import { z } from 'zod';
import { account, bucket, publicUrl } from './account.ts';

const logicalId = z.string().regex(/^[A-Za-z0-9]{1,255}$/, 'expected the logical id of a resource');

/** Makes a release the template of a CloudFormation stack. */
export const cloudFormationTarget = z
  .strictObject({
    kind: z.literal('cloudFormation'),
    stack: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'expected the name of a stack')
      .describe('The stack. It is made by the first deployment where it does not exist.'),
    template: z
      .string()
      .max(500)
      .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'expected a path inside the artifact, without ..')
      .describe('The template file inside the artifact of the release.'),
    parameters: z
      .record(logicalId, z.string().max(4096))
      .default({})
      .describe('Values of the template’s parameters. Those that are left out keep the value they have.'),
    capabilities: z
      .array(z.enum(['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']))
      .max(3)
      .default([])
      .describe('What the template may do that CloudFormation wants to have acknowledged.'),
    allowReplacement: z
      .array(logicalId)
      .max(100)
      .default([])
      .describe(
        'Resources that hold data and may be replaced or deleted all the same, by logical id. Everything else is refused.',
      ),
    executionRole: account.role.describe('The role that CloudFormation itself uses to change resources.'),
    bucket: bucket.describe(
      'A bucket in the region of the stack that templates are uploaded to; needed for templates over 51200 bytes.',
    ),
    url: publicUrl,
    ...account,
  })
  .describe('A CloudFormation stack. Each release is a change set that is made first and executed later.');

export type CloudFormationTarget = z.output<typeof cloudFormationTarget>;
