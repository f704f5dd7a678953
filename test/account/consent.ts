import { randomBytes } from 'node:crypto';
import { NoneventError } from '../../lib/nonevent-error.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where the SDK and the CDK find credentials, of the variables that they read. */
const CREDENTIALS = [
  'AWS_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
] as const;

/**
 * Makes sure that somebody wants a stack to be deployed, and says where; gives the region.
 *
 * Errors: `InvalidInput` without the consent, without credentials and without a region: nothing was deployed then.
 */
export function requireConsent(variables: Variables): string {
  if (variables.NONEVENT_TEST_AWS !== 'yes')
    throw refused(
      'it deploys a stack into an AWS account, which costs a few cents',
      'set NONEVENT_TEST_AWS=yes where that is wanted',
    );
  if (!CREDENTIALS.some((name) => variables[name]))
    throw refused(
      `no credentials: none of ${CREDENTIALS.join(', ')} is set`,
      'set AWS_PROFILE to a profile that may deploy stacks',
    );
  const region = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION;
  if (region) return region;
  throw refused(
    'no region: neither AWS_REGION nor AWS_DEFAULT_REGION is set',
    'set AWS_REGION, for example to eu-west-1',
  );
}

/** A name that no other stack has: short enough for the name of a system. */
export function throwAwayName(): string {
  return `nonevent-test-${randomBytes(4).toString('hex')}`;
}

function refused(because: string, hint: string): NoneventError {
  return new NoneventError('InvalidInput', `the tests in an account were not begun: ${because}`, { hint });
}
