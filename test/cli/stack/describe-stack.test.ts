import { describe, expect, test, vi } from 'vitest';
import { awsConfiguration } from '../../../lib/cli/stack/aws-configuration.ts';
import { describeStack } from '../../../lib/cli/stack/describe-stack.ts';
import { type AwsFake, fakeAws } from '../../aws/aws-fake.ts';
import { cloudFormationFake } from '../../aws/cloud-formation-fake.ts';

const OUTPUTS = {
  NoneventBus: 'NoneventBus1',
  NoneventTable: 'Nonevent-History-1',
  NoneventArtifacts: 'nonevent-artifacts-1',
  NoneventRegion: 'eu-west-1',
  NoneventStateMachines: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
};

async function account(outputs: Readonly<Record<string, string>> = OUTPUTS): Promise<AwsFake> {
  const formation = cloudFormationFake();
  formation.stacks.set('Nonevent', {
    template: '{"Resources":{}}',
    parameters: new Map(),
    tags: new Map(),
    status: 'UPDATE_COMPLETE',
    changeSets: [],
    events: [],
    outputs,
  });
  return fakeAws(formation);
}

/** One attempt, so that no test waits for pauses between them. */
const ask = (aws: AwsFake, stack = 'Nonevent', profile?: string) =>
  describeStack({ ...aws.configuration, maxAttempts: 1 }, { stack, profile });

describe('a stack', () => {
  test('tells what is in it', async () => {
    expect(await ask(await account(), 'Nonevent', 'work')).toEqual({
      version: 1,
      stack: 'Nonevent',
      region: 'eu-west-1',
      profile: 'work',
      account: '123456789012',
      table: 'Nonevent-History-1',
      bus: 'NoneventBus1',
      artifacts: 'nonevent-artifacts-1',
      stateMachines: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
      connectedAt: expect.any(String),
    });
  });

  test('that is of something else is named with what is missing', async () => {
    const { NoneventTable: _, ...others } = OUTPUTS;
    await expect(ask(await account({ ...others, NoneventBus: '' }))).rejects.toMatchObject({
      code: 'Unreachable',
      message:
        'stack Nonevent in eu-west-1 is no installation of Nonevent: NoneventBus, NoneventTable missing among its outputs, or not of its form',
    });
  });

  test('that is not there is looked for elsewhere', async () => {
    await expect(ask(await account(), 'Nonewent')).rejects.toMatchObject({
      code: 'Unreachable',
      message: 'could not ask stack Nonewent: there is no stack Nonewent in eu-west-1',
      hint: 'name another with --stack or --region, or install it with `npx cdk deploy`',
    });
  });

  test.each([
    [403, 'AccessDenied', 'the credentials may not perform cloudformation:DescribeStacks'],
    [400, 'Throttling', 'AWS throttled it after every attempt (Throttling)'],
    [403, 'ExpiredToken', 'the credentials have expired (ExpiredToken)'],
    [403, 'InvalidClientTokenId', 'AWS does not accept the credentials (InvalidClientTokenId)'],
  ])('that answers %i %s is no stack that could be asked', async (status, error, why) => {
    const aws = await account();
    aws.faults.push(['cloudformation DescribeStacks', status, error]);
    await expect(ask(aws)).rejects.toMatchObject({
      code: 'Unreachable',
      message: `could not ask stack Nonevent: ${why}`,
    });
  });
});

describe('credentials and region', () => {
  const nothing = (): void => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_REGION']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  };

  test.each([
    [
      undefined,
      /there are no credentials \(Could not load credentials from any providers\)$/,
      'name a profile with --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID',
    ],
    [
      'wrok',
      /there are no credentials \(Could not resolve credentials using profile: \[wrok\] .+\)$/,
      'look whether profile wrok is in ~/.aws/config, or name another with --profile',
    ],
  ])('without credentials (profile %s) it is said how they are named', async (profile, message, hint) => {
    nothing();
    const configuration = await awsConfiguration({ profile, region: 'eu-west-1' });
    await expect(describeStack(configuration, { stack: 'Nonevent', profile })).rejects.toMatchObject({
      code: 'Unreachable',
      message: expect.stringMatching(message),
      hint,
    });
    vi.unstubAllEnvs();
  });

  test('without a region it is said how one is named', async () => {
    nothing();
    await expect(awsConfiguration({ profile: undefined, region: undefined })).rejects.toMatchObject({
      code: 'Unreachable',
      message: 'nothing says which AWS region is meant: Region is missing',
      hint: 'name it with --region, NONEVENT_REGION or AWS_REGION',
    });
    vi.unstubAllEnvs();
  });
});
