import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { servedVersions } from '../../../lib/environments/schema.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import type { Deployment } from '../../../lib/lifecycle/deployment.ts';
import type { FakeBuild } from '../../aws/code-build.ts';
import { callbackGround } from './callback-ground.ts';

const base = { question: 'Does it hold?', expect: 1, timeout: 60, retries: 1 };

let on: Awaited<ReturnType<typeof callbackGround>>;
let environment = '';
let count = 0;
beforeAll(async () => {
  on = await callbackGround();
});
afterAll(async () => {
  await on.close();
});
beforeEach(() => {
  count += 1;
  environment = `shop-${count}`;
});

const isOver = ({ view }: Deployment) => view.outcome !== undefined;
const FAILING = { ...base, kind: 'command', name: 'check', run: 'false', retries: 0 };
const EXPAND = { phase: 'expand', from: 1, to: 2, run: 'true', undo: 'echo undone' };
const CONTRACT = { phase: 'contract', from: 1, to: 2, run: 'exit 1', verify: 'true', retries: 0 };

function deploy(migration: object, ...after: readonly object[]): Promise<DeploymentId> {
  const target = { kind: 'process', start: 'true', port: 1 };
  const acquire = { ...base, kind: 'acquire', name: 'acquire', environment };
  const migrate = { ...base, kind: 'migrate', name: 'migrate', environment, project: 'shop', ...migration };
  return on.deployIn({ [environment]: { target } }, acquire, migrate, ...after);
}

/** Runs a build to its end and tells of it. */
async function run(build: FakeBuild): Promise<FakeBuild> {
  await on.codeBuild.run(build);
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(build));
  return build;
}

async function served(): Promise<readonly number[]> {
  const { main } = (await on.environment(environment)).schemas;
  return main === undefined ? [] : servedVersions(main);
}

const migrationIn = ({ view }: Deployment) => view.stages.find(({ name }) => name === 'migrate');

test('a migration is made by a build, which is told the versions, and is taken back by another', async () => {
  const echo = 'echo "$NONEVENT_SCHEMA $NONEVENT_PHASE $NONEVENT_FROM to $NONEVENT_TO"';
  const id = await deploy({ ...EXPAND, run: `${echo}; echo nonevent:progress 40/40; echo done` }, FAILING);
  const making = await run(await on.codeBuild.startedFor('migrate'));
  expect(making.log).toContain('main expand 1 to 2\n');
  const undoing = await on.codeBuild.startedFor('migrate', making);
  expect(await served()).toEqual([1, 2]);
  const { evidence, judgement } = migrationIn(await on.now(id)) ?? {};
  expect(evidence).toMatchObject({
    schema: 'main',
    phase: 'expand',
    from: 1,
    to: 2,
    ran: true,
    build: making.id,
    progress: '40/40',
  });
  expect(judgement?.observed).toMatch(
    /^build shop:\S+ SUCCEEDED; last line: done; progress 40 of 40 \(100 %\); schema main serves 1, 2; expand to 2 by deployment \w{8}$/,
  );
  await run(undoing);
  expect((await on.once(id, isOver)).view.outcome).toBe('rolledBack');
  expect(undoing.log).toContain('undone\n');
  expect(await served()).toEqual([1]);
  expect(on.buildsOf(id)).toBe(2);
});

test('what a schema has already is not built again', async () => {
  await deploy(EXPAND);
  await run(await on.codeBuild.startedFor('migrate'));
  await expect.poll(async () => (await on.environment(environment)).lease, { interval: 5 }).toBeUndefined();
  const again = await deploy(EXPAND);
  const over = await on.once(again, isOver);
  expect(over.view.outcome).toBe('succeeded');
  expect(migrationIn(over)?.judgement?.observed).toMatch(
    /^it was there; the schema serves 1, 2; expand to 2/,
  );
  expect(on.buildsOf(again)).toBe(0);
});

test('how far it is is read from the log while it runs, and a failed attempt hands it to the next', async () => {
  const id = await deploy({ ...EXPAND, phase: 'data', run: 'echo "from $NONEVENT_PROGRESS"' });
  const first = await on.codeBuild.startedFor('migrate');
  first.log = 'nonevent:progress 10/40\nworking\n';
  expect(await on.callback('Scheduled Event')).toEqual({ looked: 1, troubles: [] });
  expect(migrationIn(await on.now(id))).toMatchObject({
    state: 'running',
    evidence: { progress: '10/40' },
    judgement: { verdict: 'inconclusive', observed: '10 of 40 (25 %)' },
  });
  first.log += 'nonevent:progress 20/40\n';
  await on.callback('Scheduled Event');
  // Another one was recorded moments ago.
  expect(migrationIn(await on.now(id))?.evidence).toEqual({ progress: '10/40' });

  on.codeBuild.end(first, 'FAILED');
  await on.callback('CodeBuild Build State Change', on.codeBuild.event(first));
  const second = await on.codeBuild.startedFor('migrate');
  expect(migrationIn(await on.now(id))?.failure).toMatchObject({
    mode: 'errored',
    evidence: { progress: '20/40' },
    observed: expect.stringMatching(/ FAILED in BUILD: .*; progress 20 of 40 \(50 %\)$/),
  });
  await run(second);
  expect(second.log).toContain('from 20/40\n');
  expect((await on.once(id, isOver)).view.outcome).toBe('succeeded');
});

test('a build of an attempt that was given up has ended before the next attempt begins', async () => {
  const id = await deploy(EXPAND);
  const first = await on.codeBuild.startedFor('migrate');
  on.codeBuild.faults.push('AccessDeniedException');
  expect(await on.callback('Scheduled Event')).toEqual({ looked: 1, troubles: [] });
  const second = await on.codeBuild.startedFor('migrate', first);
  expect(migrationIn(await on.now(id))?.failure?.mode).toBe('errored');
  expect(first.buildStatus).toBe('STOPPED');
  await run(second);
  expect((await on.once(id, isOver)).view.outcome).toBe('succeeded');
});

test('a stop ends the build before what is harmless is left', async () => {
  const { undo: _, ...harmless } = { ...EXPAND, harmless: 'nobody reads it yet' };
  const id = await deploy(harmless);
  const build = await on.codeBuild.startedFor('migrate');
  await on.publish('Stop Requested', { deployment: id, actor: 'ada', reason: 'wrong version' });
  const over = await on.once(id, isOver);
  expect([over.view.outcome, build.buildStatus]).toEqual(['rolledBack', 'STOPPED']);
  expect(await served()).toEqual([]);
  expect(on.buildsOf(id)).toBe(1);
});

test('a contract goes on when a stop comes, and one that fails is asked about by a build', async () => {
  const id = await deploy(CONTRACT);
  const build = await on.codeBuild.startedFor('migrate');
  await on.publish('Stop Requested', { deployment: id, actor: 'ada', reason: 'wrong version' });
  await on.callback('Scheduled Event');
  expect(build.buildStatus).toBe('IN_PROGRESS');
  await run(build);
  await run(await on.codeBuild.startedFor('migrate', build));
  const over = await on.once(id, isOver);
  expect([over.view.outcome, migrationIn(over)?.state]).toEqual(['rolledBack', 'failed']);
  expect(await served()).toEqual([]);
});

test('a contract of which verify cannot say that it did no harm is stuck', async () => {
  const id = await deploy({ ...CONTRACT, verify: 'exit 3' });
  const builds = [await run(await on.codeBuild.startedFor('migrate'))];
  for (let asked = 0; asked < 5; asked += 1)
    builds.push(await run(await on.codeBuild.startedFor('migrate', ...builds)));
  const over = await on.once(id, isOver);
  expect([over.view.outcome, migrationIn(over)?.state]).toEqual(['stuck', 'undoFailed']);
  expect(migrationIn(over)?.failure?.observed).toMatch(/FAILED in BUILD: .*exit status 3/);
});
