import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { pipelineOf } from '../../lifecycle/pipelines.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});

async function requested(triggerId: string, ...steps: readonly string[]): Promise<DeploymentId> {
  const trigger = { id: triggerId, source: 'test', actor: 'tester' };
  const { deployment } = (await rig.handlers.request({
    detail: {
      pipeline: pipelineOf(...steps),
      release: { version: '1.0.0', artifact: rig.artifact },
      trigger,
    },
  })) as { deployment: DeploymentId };
  return deployment;
}

it('refuses a stage on CodeBuild before it begins, where there is no CodeBuild', async () => {
  const deployment = await requested('no-build', 'build unit');
  const asked = rig.handlers.stage({ deployment, stage: 'unit', token: 'a-token' });
  await expect(asked).rejects.toMatchObject({ name: 'StageRefused' });
  const { view } = (await rig.session(deployment)).deployment;
  expect(view.stages[0]).toMatchObject({ startedAt: undefined, awaiting: undefined });
  expect(view.stages[0]?.failure).toMatchObject({
    mode: 'rejected',
    expected: 'a system with AWS CodeBuild, where its project shop would run it',
    observed: 'this system does not have it',
  });
});

it('refuses a task without a token for a stage that awaits an answer', async () => {
  const deployment = await requested('no-token', 'function ask');
  await expect(rig.handlers.stage({ deployment, stage: 'ask' })).rejects.toMatchObject({
    name: 'InvalidInput',
    message: `stage ask of ${deployment} waits for an answer, but its task has no token`,
  });
});
