import { expect, it } from 'vitest';
import { requireConsent, throwAwayName } from './consent.ts';

it('begins nothing in an account that nobody said yes for, or that nothing leads to', () => {
  expect(() => requireConsent({ AWS_PROFILE: 'work', AWS_REGION: 'eu-west-1' })).toThrow(
    'the tests in an account were not begun: it deploys a stack into an AWS account',
  );
  expect(() => requireConsent({ NONEVENT_TEST_AWS: 'yes', AWS_REGION: 'eu-west-1' })).toThrow(
    'no credentials: none of AWS_PROFILE, AWS_ACCESS_KEY_ID',
  );
  expect(() => requireConsent({ NONEVENT_TEST_AWS: 'yes', AWS_PROFILE: 'work' })).toThrow('no region');
});

it('begins where everything is said, in the region that is named first', () => {
  const variables = { NONEVENT_TEST_AWS: 'yes', AWS_PROFILE: 'work', AWS_DEFAULT_REGION: 'eu-west-1' };
  expect(requireConsent(variables)).toBe('eu-west-1');
  expect(requireConsent({ ...variables, AWS_REGION: 'us-east-1' })).toBe('us-east-1');
});

it('names each stack differently, and so that a system can be named after it', () => {
  expect(throwAwayName()).toMatch(/^nonevent-test-[0-9a-f]{8}$/);
  expect(throwAwayName()).not.toBe(throwAwayName());
});
