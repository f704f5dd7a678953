import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import type { Digest } from '../../../lib/pipeline/release.ts';
import { createExecutions, type DeploymentRef } from '../../../lib/stages/drive/executions.ts';
import { publishedVersions } from '../../../lib/stages/drive/published-versions.ts';
import { serveVersions } from '../../aws/state-machine-versions.ts';

const PREFIX = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-';
const SHOP = `${PREFIX}shop`;

const FIRST = digestOf('1');
const SECOND = digestOf('2');
const THIRD = digestOf('3');

function digestOf(digit: string): Digest {
  return `sha256:${digit.repeat(64)}` as Digest;
}

function deploymentOf(pipelineDigest: Digest, pipeline = 'shop'): DeploymentRef {
  return { deployment: 'a'.repeat(64) as DeploymentId, pipeline, pipelineDigest, entry: 'forward' };
}

async function installed(...digests: readonly Digest[]) {
  const versions = await serveVersions();
  for (const digest of digests) versions.publish(SHOP, `${digest} lifecycle 1`);
  const client = new SFNClient({ ...versions.service, maxAttempts: 1 });
  return { ...versions, executions: createExecutions(client, publishedVersions(client, PREFIX)) };
}

it('starts a deployment on the version that runs its pinned definition, though the pipeline was edited since', async () => {
  const { executions, started } = await installed(FIRST, SECOND, THIRD);
  await executions.start(deploymentOf(FIRST), 0);
  expect(started).toEqual([{ by: `${SHOP}:1`, name: 'a'.repeat(64) }]);
});

it('needs one list and one description for what was installed last, and no description again', async () => {
  const { executions, asked } = await installed(FIRST, SECOND, THIRD);
  await executions.start(deploymentOf(THIRD), 0);
  await executions.start(deploymentOf(THIRD), 1);
  expect(asked).toEqual([
    'ListStateMachineVersions',
    'DescribeStateMachine',
    'StartExecution',
    'ListStateMachineVersions',
    'StartExecution',
  ]);
});

it('starts the newest of several versions of one definition', async () => {
  const { executions, started } = await installed(FIRST, SECOND, FIRST);
  await executions.start(deploymentOf(FIRST), 0);
  expect(started[0]?.by).toBe(`${SHOP}:3`);
});

it('says what is not installed where no version runs the definition', async () => {
  const { executions, started } = await installed(FIRST);
  await expect(executions.start(deploymentOf(SECOND), 0)).rejects.toMatchObject({
    code: 'NotFound',
    message: 'pipeline shop is not installed as state machine shop-2222222222222222-v1',
  });
  await expect(executions.start(deploymentOf(FIRST, 'other'), 0)).rejects.toMatchObject({ code: 'NotFound' });
  expect(started).toEqual([]);
});

it('is an outage, not a pipeline that is missing, when Step Functions does not answer', async () => {
  const client = new SFNClient({
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  const executions = createExecutions(client, publishedVersions(client, PREFIX));
  await expect(executions.start(deploymentOf(FIRST), 0)).rejects.toMatchObject({ code: 'StoreUnavailable' });
});
