import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { verifyChain } from '../../lib/audit/verify-chain.ts';
import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { freePort } from '../../lib/targets/process/free-port.ts';
import {
  commitsOnce,
  ended,
  environmentNow,
  eventsIn,
  executionEnding,
  type Request,
  request,
  requestOf,
} from './deploying.ts';
import { type Dev, startDeafSystem, startDev } from './dev.ts';
import { type Ground, gone, holdLog, openGround, PATIENCE } from './ground.ts';
import { keepAsking } from './keep-asking.ts';
import { change, check, environments, place, shift, waitingCheck } from './pipelines.ts';

// Bounds for a machine that is busy; nothing waits for them.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Each test has a pipeline and environments of its own, in one data folder; each kills the system that they share. */
let ground: Ground;
let dev: Dev;

beforeAll(async () => {
  ground = await openGround();
  dev = await startDev(ground);
});

afterAll(async () => {
  const { code } = await dev.stop();
  const left = await ground.processes();
  await ground.clear();
  expect(code).toBe(143);
  expect(left).toEqual([]);
});

async function restart(): Promise<void> {
  dev = await startDev(ground);
}

/** A pipeline with an environment of the same name. */
async function pipelineOf(
  name: string,
  stages: string,
): Promise<{ readonly text: string; readonly url: string }> {
  const port = await freePort(new Set());
  const text = `pipeline: ${name}\n${environments(ground.root, { name, port })}stages:${stages}`;
  return { text, url: `http://127.0.0.1:${port}/` };
}

async function deploy(text: string, version: string): Promise<Request> {
  const asked = await requestOf(ground, text, version);
  await request(dev.system, asked);
  return asked;
}

async function deployed(text: string, version: string): Promise<void> {
  const { deployment } = await deploy(text, version);
  expect((await ended(dev.system, deployment)).view.outcome).toBe('succeeded');
}

/** Holds the log of a stage that has not begun. Gives what lets go of it. */
async function hold(asked: Request, log: string, at: 'opening' | 'writing'): Promise<() => Promise<void>> {
  const work = join(ground.data, 'work', asked.deployment);
  await mkdir(work, { recursive: true });
  return holdLog(join(work, log), at);
}

/** The end of a deployment, after everything that has to be so at every end was found to be so. */
async function soundEnd(asked: Request, run: number): Promise<Deployment> {
  const deployment = await ended(dev.system, asked.deployment);
  const { view } = deployment;
  const commits = await commitsOnce(dev.system, asked.deployment, () => true);
  const closing = commits.at(-1)?.events.at(-1);
  expect(closing?.data).toMatchObject({ summary: { stages: statesIn(deployment) } });

  const died = Array.from({ length: run }, (_, index) => executionEnding(ground, asked, index));
  expect(await Promise.all(died)).toEqual(Array(run).fill('ABORTED LocalSystemRestarted'));
  const ending = view.outcome === 'succeeded' ? 'SUCCEEDED' : `FAILED ${view.outcome}`;
  expect(await executionEnding(ground, asked, run)).toBe(ending);
  expect(await executionEnding(ground, asked, run + 1)).toBe('ExecutionDoesNotExist');

  for (const name of Object.keys(asked.pipeline.environments)) {
    expect((await environmentNow(dev.system, name)).lease).toBeUndefined();
  }
  const { dynamodb: client, table } = dev.system;
  expect((await verifyChain({ client, table })).findings).toEqual([]);
  return deployment;
}

function statesIn({ view }: Deployment): Readonly<Record<string, string>> {
  return Object.fromEntries(view.stages.map((stage) => [stage.name, stage.state]));
}

async function eventsOf({ deployment }: Request, stage?: string): Promise<readonly string[]> {
  return eventsIn(await commitsOnce(dev.system, deployment, () => true), stage);
}

async function calls(stage: string): Promise<readonly string[]> {
  return (await ground.lines('log')).filter((line) => line.split(' ')[1] === stage);
}

async function body(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** Makes a request that is answered to its end only when the test lets go of it. */
async function hang(url: string): Promise<() => void> {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  await fetch(`${url}hang`, { signal: over.signal });
  return () => over.abort();
}

const LOST_ONCE = ['StageStarted 1', 'StageAttemptFailed 1 lost retry', 'StageStarted 2', 'StagePassed 2'];

test('checks that ran side by side are ended and run again', async () => {
  const side = { indent: 4 };
  const { text } = await pipelineOf(
    'checks',
    `
  - parallel: side-by-side
    stages:${waitingCheck(ground.root, 'unit', side)}${waitingCheck(ground.root, 'lint', side)}${change(ground.root, 'c-checks', 'checks')}`,
  );
  const asked = await deploy(text, '1.0.0');
  const orphans = [await ground.waiting('unit', '1.0.0', 1), await ground.waiting('lint', '1.0.0', 1)];
  await dev.kill();

  await restart();
  await Promise.all([ground.waiting('unit', '1.0.0', 2), ground.waiting('lint', '1.0.0', 2)]);
  await Promise.all(orphans.map(gone));
  await Promise.all([ground.say('go-unit'), ground.say('go-lint')]);
  const end = await soundEnd(asked, 1);
  expect(end.view.outcome).toBe('succeeded');
  expect(await eventsOf(asked, 'unit')).toEqual(LOST_ONCE);
  expect(await eventsOf(asked, 'lint')).toEqual(LOST_ONCE);
  expect(await calls('c-checks')).toEqual(['apply c-checks called', 'apply c-checks effective']);
});

test('a change that was begun and not yet applied is applied once', async () => {
  const { text } = await pipelineOf('begun', `${check('ok')}${change(ground.root, 'c-begun', 'begun')}`);
  const asked = await requestOf(ground, text, '1.0.0');
  await hold(asked, 'c-begun.apply-1.log', 'opening');
  await request(dev.system, asked);
  await commitsOnce(dev.system, asked.deployment, (_, commits) =>
    eventsIn(commits).includes('StageStarted c-begun 1'),
  );
  await dev.kill();
  expect(await calls('c-begun')).toEqual([]);

  await restart();
  expect((await soundEnd(asked, 1)).view.outcome).toBe('succeeded');
  expect(await eventsOf(asked, 'c-begun')).toEqual(LOST_ONCE);
  expect(await calls('c-begun')).toEqual(['apply c-begun called', 'apply c-begun effective']);
});

test('a change that was applied and not recorded, twice in a row, has one effect', async () => {
  const { text } = await pipelineOf(
    'applied',
    `${check('ok')}${change(ground.root, 'c-applied', 'applied', { loud: true })}`,
  );
  const asked = await requestOf(ground, text, '1.0.0');
  const letGo = [
    await hold(asked, 'c-applied.apply-1.log', 'writing'),
    await hold(asked, 'c-applied.apply-2.log', 'writing'),
  ];
  await request(dev.system, asked);
  await ground.lines('log-c-applied-ended', 1);
  await dev.kill();
  await restart();
  await ground.lines('log-c-applied-ended', 2);
  await dev.kill();

  await restart();
  expect((await soundEnd(asked, 2)).view.outcome).toBe('succeeded');
  expect(await eventsOf(asked, 'c-applied')).toEqual([
    'StageStarted 1',
    'StageAttemptFailed 1 lost retry',
    'StageStarted 2',
    'StageAttemptFailed 2 lost retry',
    'StageStarted 3',
    'StagePassed 3',
  ]);
  expect(await calls('c-applied')).toEqual([
    'apply c-applied called',
    'apply c-applied effective',
    'apply c-applied called',
    'apply c-applied called',
  ]);
  for (const release of letGo) await release();
});

test('a change that was applied and may not be tried again is undone', async () => {
  const { text } = await pipelineOf(
    'once',
    `${check('ok')}${change(ground.root, 'c-once', 'once', { loud: true, retries: 0 })}`,
  );
  const asked = await requestOf(ground, text, '1.0.0');
  const letGo = await hold(asked, 'c-once.apply-1.log', 'writing');
  await request(dev.system, asked);
  await ground.lines('log-c-once-ended', 1);
  await dev.kill();

  await restart();
  expect((await soundEnd(asked, 1)).view.outcome).toBe('rolledBack');
  expect(await eventsOf(asked, 'c-once')).toEqual([
    'StageStarted 1',
    'StageFailed 1 lost compensate',
    'StageUndone',
  ]);
  expect(await calls('c-once')).toEqual([
    'apply c-once called',
    'apply c-once effective',
    'undo c-once called',
    'undo c-once effective',
  ]);
  await letGo();
});

for (const { name, at, expected } of [
  { name: 'not begun', at: 'opening', expected: ['called', 'effective'] },
  { name: 'done and not recorded', at: 'writing', expected: ['called', 'effective', 'called'] },
] as const) {
  test(`an undo that was ${name} has one effect, and those before it are not repeated`, async () => {
    const [older, newer] = [`c-older-${at}`, `c-newer-${at}`];
    const { text } = await pipelineOf(
      `undo-${at}`,
      `${check('ok')}${change(ground.root, older, `undo-${at}`, { loud: true })}${change(ground.root, newer, `undo-${at}`)}${check('bad', 'false')}`,
    );
    const asked = await requestOf(ground, text, '1.0.0');
    const letGo = await hold(asked, `${older}.undo-1.log`, at);
    await request(dev.system, asked);
    await commitsOnce(dev.system, asked.deployment, (_, commits) =>
      eventsIn(commits).includes(`StageUndone ${newer}`),
    );
    // The first end is that of its apply.
    if (at === 'writing') await ground.lines(`log-${older}-ended`, 2);
    await dev.kill();
    await letGo();

    await restart();
    expect((await soundEnd(asked, 1)).view.outcome).toBe('rolledBack');
    expect(await calls(older)).toEqual([
      `apply ${older} called`,
      `apply ${older} effective`,
      ...expected.map((what) => `undo ${older} ${what}`),
    ]);
    expect(await calls(newer)).toEqual([
      `apply ${newer} called`,
      `apply ${newer} effective`,
      `undo ${newer} called`,
      `undo ${newer} effective`,
    ]);
    expect((await eventsOf(asked)).slice(-5)).toEqual([
      'StageFailed bad 1 rejected compensate',
      `StageUndone ${newer}`,
      `StageUndone ${older}`,
      `StageUndone acquire-undo-${at}`,
      'DeploymentRolledBack',
    ]);
  });
}

test('a removal that waited for its last request is finished, and the live revision serves', async () => {
  const { text, url } = await pipelineOf(
    'removal',
    `${check('ok')}${place('removal')}${shift('removal', 100)}${waitingCheck(ground.root, 'verdict', { fails: true })}`,
  );
  const first = text.replace('&& false', '');
  await ground.say('go-verdict');
  await deployed(first, '1.0.0');
  await ground.unsay('go-verdict');

  const asked = await deploy(text, '2.0.0');
  await ground.waiting('verdict', '2.0.0', 1);
  expect(await body(url)).toBe('2.0.0');
  const letGo = await hang(url);
  await ground.say('go-verdict');
  await vi.waitFor(async () => {
    const state = await readFile(join(ground.data, 'targets/removal/removal/state.json'), 'utf8');
    expect(state).toContain('"removing"');
  }, PATIENCE);
  await dev.kill();
  letGo();

  await restart();
  expect((await soundEnd(asked, 1)).view.outcome).toBe('rolledBack');
  expect(await body(url)).toBe('1.0.0');
  const started = (await ground.processes()).filter((line) => line.includes('service.mjs'));
  expect(started.length).toBe(1);
});

test('a deployment that was requested, and nothing else, is run', async () => {
  await dev.stop();
  dev = await startDeafSystem(ground);
  const { text } = await pipelineOf('heard', `${check('ok')}${change(ground.root, 'c-heard', 'heard')}`);
  const asked = await deploy(text, '1.0.0');
  await dev.kill();

  await restart();
  const end = await soundEnd(asked, 0);
  expect(end.view.outcome).toBe('succeeded');
  expect(await calls('c-heard')).toEqual(['apply c-heard called', 'apply c-heard effective']);
});

for (const { name, isReadyMeanwhile, starts } of [
  { name: 'not ready', isReadyMeanwhile: false, starts: 2 },
  { name: 'ready meanwhile', isReadyMeanwhile: true, starts: 1 },
]) {
  test(`a service that was starting and is ${name} is placed, with one process`, async () => {
    const pipeline = `place${isReadyMeanwhile ? '-ready' : ''}`;
    const { text, url } = await pipelineOf(
      pipeline,
      `${check('ok')}${place(pipeline)}${shift(pipeline, 100)}`,
    );
    await deployed(text, `1.0.0-${pipeline}`);
    const version = `2.0.0-${pipeline}`;
    const startsOf = async () =>
      (await ground.lines('starts')).filter((line) => line.startsWith(`${version} `));
    await ground.say(`hold-${version}`);
    const asked = await deploy(text, version);
    await vi.waitFor(async () => expect((await startsOf()).length).toBe(1), PATIENCE);
    await dev.kill();
    if (isReadyMeanwhile) {
      await ground.unsay(`hold-${version}`);
      await ground.lines(`ready-${version}`, 1);
    }

    await restart();
    if (!isReadyMeanwhile) {
      expect(await body(url)).toBe(`1.0.0-${pipeline}`);
      await vi.waitFor(async () => expect((await startsOf()).length).toBe(2), PATIENCE);
      await ground.unsay(`hold-${version}`);
    }
    expect((await soundEnd(asked, 1)).view.outcome).toBe('succeeded');
    expect(await eventsOf(asked, `place-${pipeline}`)).toEqual(LOST_ONCE);
    expect(await body(url)).toBe(version);
    expect((await startsOf()).length).toBe(starts);
    const pids = (await startsOf()).map((line) => Number(line.split(' ')[1]));
    const running = (await ground.processes()).map((line) => Number(line.split(' ')[0]));
    expect(pids.filter((pid) => running.includes(pid))).toEqual(pids.slice(-1));
  });
}

test('traffic that was shifted and not recorded stays where it went', async () => {
  const { text, url } = await pipelineOf(
    'shifted',
    `${check('ok')}${place('shifted')}${shift('shifted', 100)}`,
  );
  await deployed(text, '1.0.0');
  const asked = await deploy(text, '2.0.0');
  // Nothing can be put between effect and record, so this kills as soon as the effect is on disk.
  const revision = `2.0.0-${asked.deployment.slice(0, 8)}`;
  const file = join(ground.data, 'targets/shifted/shifted/state.json');
  await vi.waitFor(
    async () => expect(JSON.parse(await readFile(file, 'utf8')).weights).toEqual({ [revision]: 100 }),
    { ...PATIENCE, interval: 1 },
  );
  await dev.kill();

  await restart();
  expect(await body(url)).toBe('2.0.0');
  const { view } = await ended(dev.system, asked.deployment);
  expect(view.outcome).toBe('succeeded');
  expect(view.stages.at(-1)).toMatchObject({ name: 'shift-shifted-100', state: 'passed' });
  expect(await body(url)).toBe('2.0.0');
});

test('an analysis goes on with what it counts from then on, and every user is served', async () => {
  const { text, url } = await pipelineOf(
    'judged',
    `${check('ok')}${place('judged')}${shift('judged', 50)}
  - kind: analysis
    name: verdict
    environment: judged
    for: 1s
    minRequests: 5
    errorRate: { max: 1% }${shift('judged', 100)}`,
  );
  const before = keepAsking(url);
  onTestFinished(before.stop);
  // Alone, the first revision gets all of the traffic.
  await deployed(text, '1.0.0');
  await before.stop();
  // Without traffic the analysis cannot come to its end before the crash.
  const asked = await deploy(text, '2.0.0');
  await commitsOnce(dev.system, asked.deployment, (_, commits) =>
    eventsIn(commits).includes('StageMeasured verdict 1'),
  );
  await dev.kill();

  const asking = keepAsking(url);
  onTestFinished(asking.stop);
  await restart();
  const end = await soundEnd(asked, 1);
  expect(end.view.outcome).toBe('succeeded');
  expect(new Set(asking.taken())).toEqual(new Set(['refused', '1.0.0', '2.0.0']));
  expect(new Set(await eventsOf(asked, 'verdict'))).toEqual(
    new Set(['StageStarted 1', 'StageMeasured 1', 'StagePassed 1']),
  );
  const evidence = end.view.stages.find(({ name }) => name === 'verdict')?.evidence;
  expect(evidence).toMatchObject({ routerRestarted: true, exits: 0 });
  const { elapsedSeconds = 0, observedSeconds = 0 } = (evidence ?? {}) as Readonly<Record<string, number>>;
  expect(observedSeconds).toBeGreaterThanOrEqual(1);
  expect(elapsedSeconds).toBeGreaterThan(observedSeconds);
});

test('a deployment that was concluded in one of two environments is concluded in both', async () => {
  const [east, west] = [await freePort(new Set()), await freePort(new Set())];
  const text = `pipeline: two
${environments(ground.root, { name: 'east', port: east }, { name: 'west', port: west })}stages:${check('ok')}${place('east')}${shift('east', 100)}${place('west')}${shift('west', 100)}`;
  await deployed(text, '1.0.0');
  // The removal of the first revision, which is the third one's conclusion, waits for this.
  const letGo = await hang(`http://127.0.0.1:${west}/`);
  await deployed(text, '2.0.0');
  const asked = await deploy(text, '3.0.0');
  const isLive = async (name: string) =>
    (await environmentNow(dev.system, name)).live.two?.live.deployment === asked.deployment;
  await vi.waitFor(async () => expect(await isLive('east')).toBe(true), PATIENCE);
  expect(await isLive('west')).toBe(false);
  expect((await eventsOf(asked)).at(-1)).toBe('StagePassed shift-west-100 1');
  await dev.kill();
  letGo();

  await restart();
  expect((await soundEnd(asked, 1)).view.outcome).toBe('succeeded');
  for (const name of ['east', 'west']) {
    const { live, fence } = await environmentNow(dev.system, name);
    expect(live.two?.live.release.version).toBe('3.0.0');
    expect(live.two?.knownGood?.release.version).toBe('2.0.0');
    expect(fence).toBe(3);
    const state = JSON.parse(await readFile(join(ground.data, `targets/${name}/two/state.json`), 'utf8'));
    const kept = state.revisions.map(({ revision }: { revision: string }) => revision.split('-')[0]);
    expect(kept).toEqual(['2.0.0', '3.0.0']);
  }
  expect(await body(`http://127.0.0.1:${east}/`)).toBe('3.0.0');
  expect(await body(`http://127.0.0.1:${west}/`)).toBe('3.0.0');
});

test('a check whose deployment was stopped is ended, though nothing runs it again', async () => {
  const { text } = await pipelineOf('stopped', `${waitingCheck(ground.root, 'patient')}`);
  const asked = await deploy(text, '1.0.0');
  const orphan = await ground.waiting('patient', '1.0.0', 1);
  await dev.system.publish('Stop Requested', {
    deployment: asked.deployment,
    actor: 'tester',
    reason: 'test',
  });
  await commitsOnce(dev.system, asked.deployment, ({ view }) => view.stop !== undefined);
  await dev.kill();

  await restart();
  const end = await soundEnd(asked, 1);
  expect(end.view).toMatchObject({ outcome: 'failed', failure: { mode: 'stopped', stage: 'patient' } });
  await gone(orphan);
});

test('a system that is asked to end takes its commands along, and the next one runs them again', async () => {
  const { text } = await pipelineOf(
    'asked',
    `${waitingCheck(ground.root, 'asked-check', { deaf: true })}${change(ground.root, 'c-asked', 'asked')}`,
  );
  const asked = await deploy(text, '1.0.0');
  const pid = await ground.waiting('asked-check', '1.0.0', 1);
  expect((await dev.stop()).code).toBe(143);
  expect((await ground.processes()).filter((line) => line.startsWith(`${pid} `))).toEqual([]);

  await ground.say('go-asked-check');
  await restart();
  expect((await soundEnd(asked, 1)).view.outcome).toBe('succeeded');
  expect(await eventsOf(asked, 'asked-check')).toEqual(LOST_ONCE);
  expect(await calls('c-asked')).toEqual(['apply c-asked called', 'apply c-asked effective']);
});
