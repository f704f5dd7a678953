import { z } from 'zod';
import { account, bucket, publicUrl, repository } from './account.ts';

/** Publishes a release as a version of a Lambda function; an alias splits the traffic. */
export const lambdaAliasTarget = z
  .strictObject({
    kind: z.literal('lambdaAlias'),
    function: z
      .string()
      .regex(/^[A-Za-z0-9-_]{1,64}$/, 'expected the name of a function, not its ARN')
      .describe('The name of the function. It exists; Nonevent changes its code, not its settings.'),
    alias: z
      .string()
      .regex(/^(?!\d+$)[A-Za-z0-9-_]{1,128}$/, 'expected the name of an alias, which is not a number')
      .describe('The alias that users invoke. It is made by the first deployment where it does not exist.'),
    repository: repository
      .optional()
      .describe(
        'For a function that is an image: its repository. The digest of the release is then the digest of the image.',
      ),
    bucket: bucket.describe(
      'A bucket in the region of the function that packages are uploaded to; needed for packages over 45 MB.',
    ),
    url: publicUrl,
    ...account,
  })
  .describe('A Lambda function behind an alias. Each release is a version; the alias splits the traffic.');

export type LambdaAliasTarget = z.output<typeof lambdaAliasTarget>;
