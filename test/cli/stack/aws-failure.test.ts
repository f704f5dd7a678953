import { expect, test } from 'vitest';
import { awsFailure } from '../../../lib/cli/stack/aws-failure.ts';
import { NoneventError } from '../../../lib/nonevent-error.ts';

const PLACE = { stack: 'Nonevent', region: 'eu-west-1', profile: 'work' };
const READ = { doing: 'read the histories', action: 'dynamodb:Query' };
const thrown = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });

test('the action that AWS names is the one that is missing, below an error of ours too', () => {
  const cause = thrown(
    'AccessDeniedException',
    'User: arn:aws:iam::1:user/ada is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:x',
  );
  const outage = new NoneventError('StoreUnavailable', 'could not read', { cause });
  expect(awsFailure(outage, READ, PLACE)).toMatchObject({
    code: 'Unreachable',
    message: 'could not read the histories: profile work may not perform kms:Decrypt',
    hint: 'allow kms:Decrypt, as grantTrigger and grantRead of the construct do, or name another profile with --profile',
    fields: {
      stack: 'Nonevent',
      region: 'eu-west-1',
      action: 'dynamodb:Query',
      error: 'AccessDeniedException',
    },
  });
});

test.each([
  [thrown('TimeoutError', 'no answer'), 'AWS cannot be reached in eu-west-1 (TimeoutError: no answer)'],
  [
    thrown('Error', 'getaddrinfo ENOTFOUND dynamodb.eu-wets-1.amazonaws.com', { code: 'ENOTFOUND' }),
    'AWS cannot be reached in eu-west-1 (ENOTFOUND: getaddrinfo ENOTFOUND dynamodb.eu-wets-1.amazonaws.com)',
  ],
  [
    thrown('ResourceNotFoundException', 'Requested resource not found'),
    'what stack Nonevent in eu-west-1 told of is not there (ResourceNotFoundException)',
  ],
  [
    thrown('CredentialsProviderError', 'The SSO session associated with this profile has expired.'),
    'the credentials have expired (The SSO session associated with this profile has expired.)',
  ],
  [
    thrown('403', 'UnknownError', { $metadata: { httpStatusCode: 403 } }),
    'profile work may not perform dynamodb:Query',
  ],
  [thrown('Strange', 'what is this'), 'Strange: what is this'],
])('%s', (error, why) => {
  expect(awsFailure(error, READ, PLACE).message).toBe(`could not read the histories: ${why}`);
});
