import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callbackGround } from '../stages/drive/callback-ground.ts';

const BUILD = {
  kind: 'command',
  name: 'unit',
  question: 'Do the tests pass?',
  expect: 1,
  timeout: 60,
  retries: 0,
  project: 'shop',
  run: 'true',
};

/** What CDK tells every function. */
const VARIABLES = {
  POWERTOOLS_SERVICE_NAME: 'Nonevent',
  POWERTOOLS_METRICS_DISABLED: 'true',
  NONEVENT_ACCOUNT: '123456789012',
  NONEVENT_ARTIFACTS: 'artifacts',
  NONEVENT_BUS: 'bus',
  NONEVENT_SEALS: 'seals',
  NONEVENT_SIGNING_KEY: 'key',
  NONEVENT_DEFINITIONS: '/opt',
  NONEVENT_FLAGS: '{"strategy":"s","places":{}}',
  NONEVENT_STATE_MACHINES: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
};

let on: Awaited<ReturnType<typeof callbackGround>>;
beforeAll(async () => {
  on = await callbackGround();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await on.close();
});

it('ends a build that is waited for at once, and when it could not, as soon as the event comes again', async () => {
  for (const [name, value] of Object.entries({ ...VARIABLES, ...(await on.variables()) }))
    vi.stubEnv(name, value);
  const { handler } = await import('../../functions/aws/stop.ts');
  const stop = (deployment: string) => handler({ detail: { deployment, actor: 'ada' } }, CONTEXT as never);

  const first = await on.deploy(BUILD);
  const build = await on.codeBuild.startedFor('unit');
  expect(await stop(first)).toEqual({ result: 'requested' });
  const { view } = await on.once(first, (deployment) => deployment.view.outcome !== undefined);
  expect([view.stages[0]?.failure?.mode, build.buildStatus]).toEqual(['stopped', 'STOPPED']);

  const second = await on.deploy(BUILD);
  const other = await on.codeBuild.startedFor('unit', build);
  const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  on.codeBuild.faults.push('AccessDeniedException');
  await expect(stop(second)).rejects.toThrow(/codebuild refused/);
  logged.mockRestore();
  expect(other.buildStatus).toBe('IN_PROGRESS');
  expect(await stop(second)).toEqual({ result: 'already requested' });
  expect(other.buildStatus).toBe('STOPPED');
  await on.once(second, (deployment) => deployment.view.outcome !== undefined);
});

const CONTEXT = { functionName: 'stop', awsRequestId: 'id', getRemainingTimeInMillis: () => 60_000 };
