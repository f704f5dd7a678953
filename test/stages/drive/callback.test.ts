import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callbackHandler } from '../../../functions/callback.ts';
import type { EventData } from '../../../lib/history/events.ts';
import type { Deployment } from '../../../lib/lifecycle/deployment.ts';
import { EVENT_FUNCTION_NAMES } from '../../../lib/local/function-names.ts';
import type { FakeBuild } from '../../aws/code-build.ts';
import { callbackGround } from './callback-ground.ts';

const BUILD = {
  kind: 'command',
  name: 'unit',
  question: 'Do the tests pass?',
  expect: 1,
  timeout: 60,
  retries: 1,
  project: 'shop',
  run: 'cat greeting.txt && mkdir dist && cp greeting.txt dist/',
  artifact: 'dist',
};
const { artifact: _, ...PLAIN } = BUILD;
const LOOK = {
  ...BUILD,
  name: 'look',
  project: undefined,
  artifact: undefined,
  run: 'test "$(cat greeting.txt)" = hello',
};
let on: Awaited<ReturnType<typeof callbackGround>>;
beforeAll(async () => {
  on = await callbackGround();
});
afterAll(async () => {
  await on.close();
});

const isOver = ({ view }: Deployment) => view.outcome !== undefined;

test('a command on CodeBuild builds the artifact of the stages after it, and its end is told by an event', async () => {
  const id = await on.deploy(BUILD, LOOK);
  const build = await on.codeBuild.startedFor('unit');
  await on.codeBuild.run(build);
  await on.publish('CodeBuild Build State Change', on.codeBuild.event(build));
  const { view } = await on.once(id, isOver);
  expect(view.stages.map(({ name, state, attempts }) => [name, state, attempts])).toEqual([
    ['unit', 'passed', 1],
    ['look', 'passed', 1],
  ]);
  expect(view.stages[0]?.evidence).toMatchObject({ build: build.id, status: 'SUCCEEDED', phase: null });
  expect(view.stages[0]?.judgement?.observed).toMatch(/^build shop:\S+ SUCCEEDED; last line: hello$/);
  expect(view.artifact).not.toBe(view.release.artifact);
  expect(on.buildsOf(id)).toBe(1);
});

test('a failing command fails its stage with what it said; forged, doubled and late events change nothing', async () => {
  const id = await on.deploy({ ...BUILD, run: 'echo 1 failed, 12 passed; exit 1' });
  const build = await on.codeBuild.startedFor('unit');
  const forged = { ...on.codeBuild.event(build), 'build-status': 'SUCCEEDED' };
  expect(await on.callback('CodeBuild Build State Change', forged)).toEqual({ result: 'running' });
  const theirs = on.codeBuild.intrude('shop', {
    NONEVENT_DEPLOYMENT: id,
    NONEVENT_STAGE: 'unit',
    NONEVENT_ATTEMPT: '1',
    NONEVENT_RUN: 'a guess',
  });
  on.codeBuild.end(theirs, 'SUCCEEDED');
  const told = (told: FakeBuild) => on.callback('CodeBuild Build State Change', on.codeBuild.event(told));
  expect(await told(theirs)).toEqual({ result: 'running' });

  await on.codeBuild.run(build);
  expect(await told(build)).toEqual({ result: 'completed' });
  expect(await told(build)).toEqual({ result: 'late' });
  const { view } = await on.once(id, isOver);
  expect(await told(build)).toEqual({ result: 'late' });
  expect(view.outcome).toBe('failed');
  expect(view.stages[0]?.failure).toMatchObject({ mode: 'rejected' });
  expect(view.stages[0]?.failure?.observed).toMatch(
    /^build shop:\S+ FAILED in BUILD: Error while executing command\. Reason: exit status 1; tests: 1 failed, 12 passed$/,
  );
});

test('a build that fails before its command, or for CodeBuild itself, is started again', async () => {
  const id = await on.deploy(BUILD);
  const first = await on.codeBuild.startedFor('unit');
  first.phase = { phaseType: 'PRE_BUILD', phaseStatus: 'FAILED', message: 'checksum did not match' };
  on.codeBuild.end(first, 'FAILED');
  await on.publish('CodeBuild Build State Change', on.codeBuild.event(first));
  await on.once(id, ({ view }) => view.stages[0]?.attempts === 2);
  const second = await on.codeBuild.startedFor('unit');
  expect(second.id).not.toBe(first.id);
  expect(await on.callback('CodeBuild Build State Change', on.codeBuild.event(first))).toEqual({
    result: 'late',
  });
  await on.codeBuild.run(second);
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(second));
  expect((await on.once(id, isOver)).view.outcome).toBe('succeeded');
});

test('a build whose end nobody told is found by looking, and by a restarted system', async () => {
  const id = await on.deploy(BUILD, {
    ...BUILD,
    name: 'again',
    artifact: undefined,
    run: 'cat greeting.txt',
  });
  await on.codeBuild.run(await on.codeBuild.startedFor('unit'));
  on.codeBuild.faults.push('ThrottlingException');
  expect(await on.callback('Scheduled Event')).toMatchObject({ looked: 1, troubles: [expect.any(String)] });
  expect((await on.now(id)).view.stages[0]).toMatchObject({ state: 'running', attempts: 1 });
  expect(await on.callback('Scheduled Event')).toEqual({ looked: 1, troubles: [] });

  const build = await on.codeBuild.startedFor('again');
  await on.restart();
  await on.codeBuild.run(build);
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(build));
  const { view } = await on.once(id, isOver);
  expect(view).toMatchObject({ outcome: 'succeeded', stages: [{ attempts: 1 }, { attempts: 1 }] });
  expect(on.buildsOf(id)).toBe(2);
});

test('a change on CodeBuild is undone by another build, with what it had captured, after its own has ended', async () => {
  const change = {
    ...PLAIN,
    kind: 'custom',
    name: 'switch-on',
    capture: 'echo "was off"',
    run: `echo "$NONEVENT_CAPTURE, now on" >> ${on.folder}/effects`,
    undo: `echo "back to $NONEVENT_CAPTURE" >> ${on.folder}/effects`,
  };
  const id = await on.deploy(change, { ...LOOK, name: 'no', run: 'false', retries: 0 });
  await on.codeBuild.run(await on.codeBuild.startedFor('switch-on'));
  await on.once(id, ({ view }) => view.stages[0]?.capture !== undefined);
  const making = await on.codeBuild.startedFor('switch-on');
  await on.codeBuild.run(making);
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(making));
  await on.once(id, ({ state }) => state.includes('undo switch-on'));
  const undoing = await on.codeBuild.startedFor('switch-on');
  await on.codeBuild.run(undoing);
  const { view } = await on.once(id, isOver);
  expect(view.outcome).toBe('rolledBack');
  expect(await readFile(join(on.folder, 'effects'), 'utf8')).toBe('was off, now on\nback to was off\n');
  expect(view.stages[0]).toMatchObject({ state: 'undone', capture: { output: 'was off' } });
});

test('a change whose build still runs when it is stopped is undone only after that build has ended', async () => {
  const change = { ...PLAIN, kind: 'custom', name: 'switch-on', undo: 'true' };
  const id = await on.deploy(change);
  const making = await on.codeBuild.startedFor('switch-on');
  await on.publish('Stop Requested', { deployment: id, actor: 'ada', reason: 'wrong version' });
  await on.once(id, ({ state }) => state.includes('undo switch-on'));
  const undoing = await on.codeBuild.startedFor('switch-on', making);
  expect(making.buildStatus).toBe('STOPPED');
  on.codeBuild.end(undoing, 'FAULT');
  const again = await on.codeBuild.startedFor('switch-on', making, undoing);
  await on.codeBuild.run(again);
  const { view } = await on.once(id, isOver);
  expect([view.outcome, view.stages[0]?.state, view.stages[0]?.undoFailures]).toEqual([
    'rolledBack',
    'undone',
    1,
  ]);
  expect(on.buildsOf(id)).toBe(3);
});

test('a service that throttles is asked again, in the same attempt', async () => {
  on.codeBuild.faults.push('ThrottlingException');
  const id = await on.deploy({ ...BUILD, retries: 0 });
  const build = await on.codeBuild.startedFor('unit');
  await on.codeBuild.run(build);
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(build));
  const { view } = await on.once(id, isOver);
  expect([view.outcome, view.stages[0]?.attempts]).toEqual(['succeeded', 1]);
  expect(view.stages[0]?.awaiting?.tokens).toHaveLength(2);
});

test('an outcome that was recorded and not answered is answered by the event that comes again', async () => {
  const id = await on.deploy(BUILD);
  const build = await on.codeBuild.startedFor('unit');
  await on.codeBuild.run(build);
  const event = { 'detail-type': 'CodeBuild Build State Change', detail: on.codeBuild.event(build) };
  await expect(callbackHandler(on.cutOff())(event)).rejects.toMatchObject({ name: 'StoreUnavailable' });
  expect((await on.now(id)).view).toMatchObject({ outcome: undefined, stages: [{ state: 'passed' }] });
  expect(await on.invoke(EVENT_FUNCTION_NAMES.callback, event)).toEqual({ result: 'completed' });
  expect((await on.once(id, isOver)).view.outcome).toBe('succeeded');
});

test('a stop ends a build that is waited for', async () => {
  const id = await on.deploy(BUILD);
  const build = await on.codeBuild.startedFor('unit');
  await on.publish('Stop Requested', { deployment: id, actor: 'ada', reason: 'wrong version' });
  const { view } = await on.once(id, isOver);
  expect(view.stages[0]?.failure?.mode).toBe('stopped');
  expect(build.buildStatus).toBe('STOPPED');
});

test('an answer that does not come in time ends its stage and its build', async () => {
  const id = await on.deploy(BUILD);
  const build = await on.codeBuild.startedFor('unit');
  const later = { ...on.cutOff(), now: () => Date.now() + 61_000 };
  const looked = await callbackHandler(later)({ 'detail-type': 'Scheduled Event' });
  expect(looked).toEqual({ looked: 1, troubles: [`${id}: step functions took no answer: no connection`] });
  await on.callback('Scheduled Event');
  const { view } = await on.once(id, isOver);
  expect(view.stages[0]?.failure).toMatchObject({ mode: 'timedOut', observed: 'no outcome within 60 s' });
  expect(build.buildStatus).toBe('STOPPED');
});

test('a project that is not there fails its stage, and says so', async () => {
  const id = await on.deploy({ ...BUILD, project: 'unknown', retries: 0 });
  const { view } = await on.once(id, isOver);
  expect(view.stages[0]?.failure?.observed).toMatch(/codebuild refused .*ResourceNotFoundException/);
});

test('what is recorded before the build begins is enough to find it', async () => {
  const id = await on.deploy(BUILD);
  const build = await on.codeBuild.startedFor('unit');
  const { view } = await on.now(id);
  const run = build.order.environmentVariablesOverride.find(({ name }) => name === 'NONEVENT_RUN')?.value;
  const awaiting = view.stages[0]?.awaiting satisfies
    | Omit<EventData<'StageAwaiting'>, 'stage' | 'token'>
    | undefined;
  expect(awaiting).toMatchObject({ attempt: 1, answer: 'codeBuild', reference: run });
  const token = awaiting?.tokens[0] ?? '';
  expect(token).not.toBe('');
  expect(JSON.stringify(build.order)).not.toContain(token);
  await on.codeBuild.run(build);
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(build));
  await on.once(id, isOver);
});

test('an event that is none of ours is refused by its form', async () => {
  await expect(callbackHandler({} as never)({ 'detail-type': 'Approved' })).rejects.toThrow(/detail-type/);
});
