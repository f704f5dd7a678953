import { S3Client } from '@aws-sdk/client-s3';
import type { Objects } from '../../../lib/audit/distributed/objects.ts';
import { s3Objects } from '../../../lib/audit/distributed/s3-objects.ts';
import { NoneventError } from '../../../lib/nonevent-error.ts';

/**
 * The bucket of distributed audits, which CDK names in `NONEVENT_AUDITS`.
 *
 * Errors: `InvalidInput` where it does not.
 */
export function openAudits(variables: Readonly<Record<string, string | undefined>> = process.env): Objects {
  const bucket = variables.NONEVENT_AUDITS;
  if (bucket) return s3Objects(new S3Client({}), bucket);
  throw new NoneventError(
    'InvalidInput',
    "the function's environment is not complete: NONEVENT_AUDITS missing",
    {
      hint: 'deploy the stack again with `cdk deploy`; it sets every variable',
    },
  );
}
