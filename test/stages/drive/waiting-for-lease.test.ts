import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unlockHandler } from '../../../functions/unlock.ts';
import { exitCodeOfDeployment, hasEnded } from '../../../lib/cli/exit-code-of-deployment.ts';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { event } from '../../../lib/history/events.ts';
import type { LeasePolicy } from '../../../lib/pipeline/lease-policy.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});

const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 0 };

/** Its one change lasts until the gate is opened; its undo fails where that is asked for. */
function pipelineOf(
  environment: string,
  policy: LeasePolicy | undefined,
  { timeout = '20s', undo = 'true' } = {},
): Pipeline {
  const gate = join(rig.folder, `${environment}-open`);
  return pipelineSchema.parse({
    pipeline: 'shop',
    environments: { [environment]: { target: { kind: 'process', start: 'true', port: 1 } } },
    stages: [
      { ...base, timeout, kind: 'acquire', name: 'acquire', environment, ...(policy && { policy }) },
      { ...base, kind: 'custom', name: 'hold', run: HOLD, undo, env: { GATE: gate } },
    ],
  });
}

const HOLD = 'echo "$NONEVENT_VERSION" >> "$GATE.began"; while [ ! -e "$GATE" ]; do sleep 0.05; done';

const openGate = (environment: string) => writeFile(join(rig.folder, `${environment}-open`), '');

async function environmentNow(name: string) {
  const { lease, queue } = foldEnvironment((await rig.store.load(environmentStream(name))).commits);
  return { holder: lease?.deployment, queue: queue.map(({ deployment }) => deployment) };
}

/** Waits until something is so; what is asked has no event to wait for. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(10);
}

async function endOf(id: DeploymentId) {
  const { deployment } = await rig.session(id);
  if (!hasEnded(deployment)) throw new Error(`${id} has not ended`);
  const { outcome, failure } = deployment.view;
  return { outcome, mode: failure?.mode, exit: exitCodeOfDeployment(deployment.view) };
}

async function request(pipeline: Pipeline, version: string): Promise<DeploymentId> {
  const trigger = { id: version, source: 'test', actor: 'tester' };
  const detail = { pipeline, release: { version, artifact: rig.artifact }, trigger };
  return ((await rig.handlers.request({ detail })) as { deployment: DeploymentId }).deployment;
}

/** Requests a deployment and runs it; resolves with its id once it holds the lease or waits for it. */
async function began(pipeline: Pipeline, version: string) {
  const id = await request(pipeline, version);
  const ending = rig.drive(pipeline, id);
  const [environment = ''] = Object.keys(pipeline.environments);
  await until(async () => {
    const { holder, queue } = await environmentNow(environment);
    return holder === id || queue.includes(id);
  });
  return { id, ending };
}

describe('a deployment that finds the lease held', () => {
  it('waits behind those before it, says behind whom, and then has its turn', async () => {
    const pipeline = pipelineOf('first-come', 'queue');
    const first = await began(pipeline, '1.0.0');
    const second = await began(pipeline, '2.0.0');
    const third = await began(pipeline, '3.0.0');
    const observed = async () =>
      (await rig.session(third.id)).deployment.view.stages.find(({ name }) => name === 'acquire')?.judgement
        ?.observed;
    await until(async () => (await observed()) !== undefined);
    expect(await observed()).toBe(
      `deployment ${first.id} of shop holds first-come; before this one comes deployment ${second.id} of shop`,
    );
    // Its own history has it before the environment's has.
    expect((await rig.session(third.id)).deployment.view.stages[0]).toMatchObject({
      state: 'running',
      capture: { fence: 1, waits: true },
    });
    await openGate('first-come');
    expect(await Promise.all([first.ending, second.ending, third.ending])).toEqual(
      Array(3).fill('succeeded'),
    );
    const { commits } = await rig.store.load('environment#first-come');
    const leases = commits.flatMap(({ events }) =>
      events.flatMap(({ type, data }) => (type === 'LeaseAcquired' ? [data.deployment] : [])),
    );
    expect(leases).toEqual([first.id, second.id, third.id]);
    // Told once for each time that it changed, not at each poll.
    const told = (await rig.session(third.id)).commits.filter(({ events }) =>
      events.some(({ type }) => type === 'StageMeasured'),
    );
    expect(told.length).toBeLessThanOrEqual(5);
  });

  it('is refused at its turn where a check that had passed before is no longer true', async () => {
    const environment = 'no-longer';
    const holder = await began(pipelineOf(environment, undefined), '1.0.0');
    const consumer = pipelineSchema.parse({
      pipeline: 'web',
      apis: { consumes: { catalog: [1] } },
      environments: {},
      stages: [{ ...base, kind: 'command', name: 'check', run: 'true' }],
    });
    const deployment = await request(consumer, '5.0.0');
    const provider = pipelineSchema.parse({
      ...pipelineOf(environment, 'queue'),
      apis: { provides: { catalog: [2] } },
      stages: [
        { ...base, kind: 'compatibility', name: 'fits', environment },
        ...pipelineOf(environment, 'queue').stages,
      ],
    });
    const second = await began(provider, '2.0.0');
    const release = { version: '5.0.0', artifact: rig.artifact };
    const live = { revision: '5.0.0-web', deployment, release };
    const { head } = await rig.store.load(environmentStream(environment));
    await rig.store.append(head, [event('LiveChanged', { pipeline: 'web', live, knownGood: null })]);
    await openGate(environment);
    expect(await holder.ending).toBe('succeeded');
    expect(await second.ending).toBe('rolledBack');
    expect((await rig.session(second.id)).deployment.view.failure).toMatchObject({
      stage: 'acquire',
      mode: 'rejected',
      observed:
        'fits passed before the lease of no-longer was free, and no longer holds: web 5.0.0 (live) consumes catalog v1; shop 2.0.0 provides v2',
    });
    expect(await environmentNow(environment)).toEqual({ holder: undefined, queue: [] });
  });

  it('leaves the queue when it is stopped, and has changed nothing', async () => {
    const pipeline = pipelineOf('stopped', 'queue');
    const first = await began(pipeline, '1.0.0');
    const second = await began(pipeline, '2.0.0');
    await rig.handlers.stop({ detail: { deployment: second.id, actor: 'ada' } });
    expect(await second.ending).toBe('rolledBack');
    expect(await endOf(second.id)).toEqual({ outcome: 'rolledBack', mode: 'stopped', exit: 7 });
    expect(await environmentNow('stopped')).toEqual({ holder: first.id, queue: [] });
    await openGate('stopped');
    expect(await first.ending).toBe('succeeded');
  });

  it('waits no longer than its timeout', async () => {
    const first = await began(pipelineOf('impatient', 'queue'), '1.0.0');
    const second = await began(pipelineOf('impatient', 'queue', { timeout: '1s' }), '2.0.0');
    expect(await second.ending).toBe('rolledBack');
    expect(await endOf(second.id)).toEqual({ outcome: 'rolledBack', mode: 'timedOut', exit: 3 });
    expect(await environmentNow('impatient')).toEqual({ holder: first.id, queue: [] });
    await openGate('impatient');
    await first.ending;
  });

  it('is superseded by a newer one of its pipeline, while the holder goes on', async () => {
    const pipeline = pipelineOf('newest', 'supersede');
    const first = await began(pipeline, '1.0.0');
    const second = await began(pipeline, '2.0.0');
    const third = await began(pipeline, '3.0.0');
    expect(await second.ending).toBe('rolledBack');
    expect(await endOf(second.id)).toEqual({ outcome: 'rolledBack', mode: 'superseded', exit: 7 });
    await openGate('newest');
    expect(await Promise.all([first.ending, third.ending])).toEqual(['succeeded', 'succeeded']);
  });

  it.each([['reject'], [undefined]] as const)('fails at once where its policy is %s', async (policy) => {
    const environment = `busy-${policy}`;
    const first = await began(pipelineOf(environment, 'queue'), '1.0.0');
    const second = await rig.deploy(pipelineOf(environment, policy), '2.0.0', '2.0.0');
    expect(await endOf(second.id)).toEqual({ outcome: 'failed', mode: 'rejected', exit: 6 });
    await openGate(environment);
    await first.ending;
  });

  it('does not wait for one that is stuck, which keeps the lease until it is unlocked', async () => {
    const broken = pipelineOf('stuck', 'queue', { undo: 'exit 1' });
    const first = await began(broken, '1.0.0');
    const second = await began(broken, '2.0.0');
    await rig.handlers.stop({ detail: { deployment: first.id, actor: 'ada' } });
    expect(await first.ending).toBe('stuck');
    expect(await second.ending).toBe('rolledBack');
    expect(await endOf(second.id)).toEqual({ outcome: 'rolledBack', mode: 'rejected', exit: 6 });
    const third = await rig.deploy(broken, '3.0.0', '3.0.0');
    expect(await endOf(third.id)).toEqual({ outcome: 'failed', mode: 'rejected', exit: 6 });
    expect(await environmentNow('stuck')).toEqual({ holder: first.id, queue: [] });
    const unlock = unlockHandler({ store: rig.store });
    const detail = { environment: 'stuck', deployment: first.id, fence: 1, actor: 'ada', reason: 'mended' };
    expect(await unlock({ detail })).toEqual({ result: 'freed' });
    await openGate('stuck');
    expect((await rig.deploy(broken, '4.0.0', '4.0.0')).ending).toBe('succeeded');
  });
});

describe('a crash', () => {
  it('between the beginning and the place in the queue, and after it, loses and doubles nothing', async () => {
    const pipeline = pipelineOf('crashing', 'queue');
    const first = await began(pipeline, '1.0.0');
    const id = await request(pipeline, '2.0.0');
    const { head } = await rig.session(id);
    await rig.store.append(head, [
      event('DeploymentStarted', { entry: 'forward' }),
      event('StageStarted', { stage: 'acquire', attempt: 1, capture: { fence: 1, waits: true } }),
    ]);
    for (let poll = 0; poll < 3; poll += 1) {
      expect(await rig.handlers.stage({ deployment: id, stage: 'acquire' })).toEqual({ continue: true });
      expect(await environmentNow('crashing')).toEqual({ holder: first.id, queue: [id] });
    }
    await openGate('crashing');
    expect(await first.ending).toBe('succeeded');
    expect(await rig.drive(pipeline, id)).toBe('succeeded');
    const acquire = (await rig.session(id)).deployment.view.stages.find(({ name }) => name === 'acquire');
    expect(acquire).toMatchObject({ state: 'passed', attempts: 1 });
    expect(await environmentNow('crashing')).toEqual({ holder: undefined, queue: [] });
  });

  it('of one that waits keeps nobody from the lease once it has ended', async () => {
    const pipeline = pipelineOf('dead-waiter', 'queue');
    const first = await began(pipeline, '1.0.0');
    const dead = await request(pipeline, '2.0.0');
    await rig.handlers.stage({ deployment: dead, stage: 'acquire' });
    const third = await began(pipeline, '3.0.0');
    await openGate('dead-waiter');
    expect(await first.ending).toBe('succeeded');
    expect(await environmentNow('dead-waiter')).toEqual({ holder: undefined, queue: [dead, third.id] });
    // What reconcile does: another execution goes on where the dead one was.
    expect(await rig.drive(pipeline, dead)).toBe('succeeded');
    expect(await third.ending).toBe('succeeded');
  });
});
