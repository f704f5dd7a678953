import { expect, it } from 'vitest';
import { lambdaFake } from '../../aws/lambda-fake.ts';
import { stsFake } from '../../aws/sts-fake.ts';
import { awsGround } from './aws-ground.ts';

const DEFINITION = {
  kind: 'lambdaAlias',
  function: 'shop-api',
  alias: 'live',
  region: 'us-east-1',
  role: 'arn:aws:iam::123456789012:role/deployer',
  externalId: 'shared-secret',
};

/** Who asked Lambda for what, by the signature: region and access key. */
function watched() {
  const lambda = lambdaFake('shop-api');
  const askers: string[] = [];
  return {
    askers,
    service: {
      ...lambda,
      answer: (request: Parameters<typeof lambda.answer>[0]) => {
        askers.push(`${request.region} ${request.accessKey}`);
        return lambda.answer(request);
      },
    },
  };
}

it('acts in the region and with the role of the target, in the name of the deployment', async () => {
  const sts = stsFake('shared-secret');
  const { askers, service } = watched();
  const { open } = await awsGround(DEFINITION, [sts, service]);
  const target = await open(DEFINITION, 'production', 'bbbbbbbbbbbbbbbbbbbb');
  await target.state();
  expect(sts.assumed).toEqual([
    { role: DEFINITION.role, session: 'bbbbbbbbbbbbbbbbbbbb', externalId: 'shared-secret', seconds: 3600 },
  ]);
  expect(new Set(askers)).toEqual(new Set(['us-east-1 ASIA-bbbbbbbbbbbbbbbbbbbb']));
});

it('assumes a role once for all calls of a deployment, until its credentials expire', async () => {
  const sts = stsFake();
  const { service } = watched();
  let now = Date.now();
  const { open } = await awsGround(DEFINITION, [sts, service], () => now);
  const state = async () => (await open(DEFINITION, 'production', 'bbbbbbbbbbbbbbbbbbbb')).state();
  sts.expiration = new Date(now + 3_600_000);
  await Promise.all([state(), state(), state()]);
  await state();
  expect(sts.assumed).toHaveLength(1);
  // The SDK looks at the clock itself: credentials that have expired are given to nobody.
  sts.expiration = new Date(now - 1000);
  await (await open(DEFINITION, 'production', 'cccccccccccccccccccc')).state();
  now += 3_600_000;
  await (await open(DEFINITION, 'production', 'cccccccccccccccccccc')).state();
  expect(sts.assumed.length).toBeGreaterThan(2);
});

it('says that a role cannot be assumed, and whose fault that may be', async () => {
  const { service } = watched();
  const { open } = await awsGround(DEFINITION, [stsFake('another'), service]);
  await expect((await open(DEFINITION)).state()).rejects.toMatchObject({
    code: 'TargetFailed',
    message:
      'the role arn:aws:iam::123456789012:role/deployer cannot be assumed: not authorized to perform: sts:AssumeRole',
  });
});

it('refuses a process', async () => {
  const { targets } = await awsGround(DEFINITION, []);
  const process = { kind: 'process', start: 'node .', health: '/', port: 1, drain: 1, env: {} } as const;
  await expect(targets.target('production', 'shop', { target: process })).rejects.toMatchObject({
    code: 'InvalidInput',
    message: 'the target of production is process, which runs on one machine; expected a target in AWS',
  });
});
