import { describe, expect, it } from 'vitest';
import { ecsFake } from '../../aws/ecs-fake.ts';
import { targetContract } from '../target-contract.ts';
import { awsGround, patience, revision } from './aws-ground.ts';
import { usesItsPermissions } from './uses.ts';

const REPOSITORY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web';
const DEFINITION = {
  kind: 'ecsService',
  cluster: 'shop',
  service: 'web',
  container: 'web',
  repository: REPOSITORY,
};

async function open(changes: object = {}) {
  const ecs = ecsFake();
  const ground = await awsGround({ ...DEFINITION, ...changes }, [ecs]);
  const first = revision(1, await ground.pack({ image: 'one' }));
  const second = revision(2, await ground.pack({ image: 'two' }));
  return { ...ground, ecs, first, second };
}

describe('the contract of a target, on an ECS service', () => {
  targetContract(async () => {
    const { target, first, second } = await open();
    return { target, revisions: [first, second], canSplit: false };
  });
});

it('registers what runs now with the image of the release, and changes nothing else', async () => {
  const { target, ecs, first } = await open();
  const arn = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2';
  expect(await target.place(first, patience())).toEqual({
    id: 'task definition web:2',
    facts: {
      taskDefinition: arn,
      image: `${REPOSITORY}@${first.artifact}`,
      minimumHealthyPercent: 50,
      circuitBreaker: true,
    },
  });
  const { definition, tags } = ecs.definitions.get(arn) ?? {};
  expect(definition?.containerDefinitions).toEqual([
    { name: 'web', image: `${REPOSITORY}@${first.artifact}` },
    { name: 'logs', image: 'logs:1' },
  ]);
  expect(definition).toMatchObject({ family: 'web', cpu: '256', memory: '512' });
  expect(tags).toEqual([
    { key: 'team', value: 'shop' },
    {
      key: 'nonevent:label',
      value: `nonevent production 1.0.0-aaaaaaaa aaaaaaaaaaaaaaaaaaaa ${first.artifact}`,
    },
    { key: 'nonevent:revision', value: '1.0.0-aaaaaaaa' },
  ]);
});

it('returns from a shift when the service runs nothing else any more', async () => {
  const { target, ecs, first } = await open();
  ecs.rolloutsTake = 5;
  await target.place(first, patience());
  await target.route({ [first.revision]: 100 });
  expect(ecs.rollouts).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }]);
});

it('waits for a rollout that an earlier attempt has begun, without beginning it again', async () => {
  const { aws, target, ecs, first } = await open();
  ecs.rolloutsTake = 20;
  await target.place(first, patience());
  await expect(
    target.route({ [first.revision]: 100 }, { signal: AbortSignal.timeout(5) }),
  ).rejects.toMatchObject({
    message: 'the rollout of web is not there yet',
  });
  expect((await target.state()).settled).toBe(false);
  await target.route({ [first.revision]: 100 });
  expect((await target.state()).settled).toBe(true);
  expect(aws.calls.filter((call) => call === 'ecs UpdateService')).toHaveLength(1);
});

it('goes back to the task definition that was there before the first deployment', async () => {
  const { target, ecs, first } = await open();
  await target.place(first, patience());
  const before = (await target.state()).weights;
  expect(before).toEqual({ 'task-definition-1': 100 });
  await target.route({ [first.revision]: 100 });
  await target.route(before);
  expect(ecs.rollouts[0]?.taskDefinition).toMatch(/web:1$/);
});

it.each([
  ['rollback', /^the rollout of .*web:2 failed and ECS runs .*web:1 instead: ECS deployment circuit breaker/],
  ['stop', /^the rollout of .*web:2 failed and ECS gave it up: ECS deployment circuit breaker/],
] as const)('says what the circuit breaker found where it is to %s', async (breaker, message) => {
  const { target, ecs, first } = await open();
  ecs.breaker = breaker;
  ecs.broken.add(`${REPOSITORY}@${first.artifact}`);
  await target.place(first, patience());
  await expect(target.route({ [first.revision]: 100 })).rejects.toMatchObject({
    code: 'Conflict',
    message: expect.stringMatching(message),
  });
  await target.route({ 'task-definition-1': 100 });
  expect(await target.state()).toMatchObject({ weights: { 'task-definition-1': 100 }, settled: true });
});

it('keeps its hands off a service that something else rolls out', async () => {
  const { target, ecs, first } = await open();
  ecs.controller = 'CODE_DEPLOY';
  await expect(target.place(first, patience())).rejects.toMatchObject({
    message: 'the service web is rolled out by CODE_DEPLOY, expected the deployment controller ECS',
  });
});

it('names the containers that there are', async () => {
  const { target, first } = await open({ container: 'app' });
  await expect(target.place(first, patience())).rejects.toMatchObject({
    message: 'the task definition of web has the containers web, logs, expected app among them',
  });
});

it('names a service that is not there', async () => {
  const { target } = await open({ service: 'missing' });
  await expect(target.state()).rejects.toMatchObject({
    message: 'the service missing in the cluster shop is missing, expected ACTIVE',
  });
});

it('says that nobody counts requests by revision', async () => {
  const { target } = await open();
  await expect(target.counters()).rejects.toMatchObject({
    message: 'ECS does not count the requests of web by revision',
  });
});

it('says what the tasks run on', async () => {
  const { targets } = await open();
  const definition = { ...DEFINITION, kind: 'ecsService' } as const;
  expect(await targets.runtime({ target: definition })).toEqual({
    cpu: '256',
    memory: '512',
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    minimumHealthyPercent: 50,
  });
});

usesItsPermissions('ecsService');
