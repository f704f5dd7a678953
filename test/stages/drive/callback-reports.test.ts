import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Deployment } from '../../../lib/lifecycle/deployment.ts';
import { callbackGround } from './callback-ground.ts';

const BUILD = {
  kind: 'command',
  name: 'unit',
  question: 'Do the tests pass?',
  expect: 1,
  timeout: 60,
  retries: 1,
  project: 'shop',
  run: 'true',
};
const REPORTED = {
  kind: 'function',
  name: 'measure',
  question: 'Is it fast?',
  expect: 1,
  timeout: 60,
  retries: 0,
  module: 'check.mjs#measure',
  criteria: { latencyMs: { max: 300 }, status: { equals: 'ok' } },
};
let on: Awaited<ReturnType<typeof callbackGround>>;
beforeAll(async () => {
  on = await callbackGround();
});
afterAll(async () => {
  await on.close();
});

const isOver = ({ view }: Deployment) => view.outcome !== undefined;
const isPending = ({ view }: Deployment) => view.stages.some(({ awaiting }) => awaiting?.pending === true);

test('a function reports with its key; a wrong key, another attempt and another deployment change nothing', async () => {
  const id = await on.deploy({ ...REPORTED, env: { KEYS: on.folder } });
  await on.once(id, isPending);
  const key = await on.keyOf(id);
  const before = on.logged.length;
  const report = {
    deployment: id,
    stage: 'measure',
    attempt: 1,
    key,
    evidence: { latencyMs: 120, status: 'ok' },
  };
  const told = (more: object) => on.callback('Stage Reported', { ...report, ...more });

  expect(await told({ key: 'guessed' })).toEqual({ result: 'refused' });
  expect(await told({ attempt: 2 })).toEqual({ result: 'refused' });
  expect(await told({ stage: 'nothing' })).toEqual({ result: 'refused' });
  expect(await told({ deployment: '0'.repeat(20) })).toEqual({ result: 'refused' });
  await expect(told({ approved: true })).rejects.toThrow(/approved/);
  expect(on.logged.slice(before).filter((line) => line.includes('changes nothing'))).toHaveLength(4);
  expect((await on.now(id)).view.stages[0]?.state).toBe('running');

  expect(await told({})).toEqual({ result: 'completed' });
  expect(await told({ evidence: { latencyMs: 900, status: 'ok' } })).toEqual({ result: 'late' });
  const { view } = await on.once(id, isOver);
  expect(view.stages[0]).toMatchObject({
    state: 'passed',
    evidence: { answer: { latencyMs: 120, status: 'ok' } },
    judgement: {
      verdict: 'pass',
      expected: 'latencyMs at most 300, status exactly "ok"',
      observed: 'latencyMs 120, status "ok"',
    },
  });
  expect(JSON.stringify(view)).not.toContain(key);
});

test('a report of a bare yes leaves the question open, and the stage fails', async () => {
  const id = await on.deploy({ ...REPORTED, env: { KEYS: on.folder } });
  await on.once(id, isPending);
  const key = await on.keyOf(id);
  await on.publish('Stage Reported', { deployment: id, stage: 'measure', attempt: 1, key, evidence: true });
  const { view } = await on.once(id, isOver);
  expect(view.stages[0]?.failure).toMatchObject({
    mode: 'inconclusive',
    observed: 'latencyMs missing, status missing',
  });
});

test('functions answer at once beside a build, in a parallel group', async () => {
  const answers = { ...REPORTED, name: 'answers', module: 'check.mjs#answers' };
  const group = { parallel: 'early', stages: [BUILD, answers] };
  const id = await on.deploy(group);
  const build = await on.codeBuild.startedFor('unit');
  await on.codeBuild.run(build);
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(build));
  expect((await on.once(id, isOver)).view.outcome).toBe('succeeded');
  expect(await on.endings(id)).toEqual(['passed', 'passed']);
});
