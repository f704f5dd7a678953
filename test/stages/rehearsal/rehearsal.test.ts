import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { concludeInEnvironment } from '../../../lib/environments/conclude-in-environment.ts';
import { acquireLease } from '../../../lib/environments/lease.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { event } from '../../../lib/history/events.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { performStage } from '../../../lib/stages/drive/perform-stage.ts';
import { requestStop } from '../../../lib/stages/drive/request-stop.ts';
import type { Services } from '../../../lib/stages/drive/services.ts';
import { decideAndAppend } from '../../../lib/stages/drive/session.ts';
import { undoStage } from '../../../lib/stages/drive/undo-stage.ts';
import { type Rig, startRig } from '../drive/rig.ts';
import { type MemoryTarget, memoryTarget } from '../memory-target.ts';
import { A_DIGEST } from '../stage-context.ts';

const OLD = '1.0.0-aaaaaaaa';
const BEFORE = 'aaaaaaaa000000000000' as DeploymentId;
const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 2 };

let rig: Rig;
let url: string;
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.writeHead(request.url === '/fails' ? 500 : 200).end();
});
beforeAll(async () => {
  rig = await startRig();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rig.close();
});

let count = 0;
let name: string;
let target: MemoryTarget;
let services: Services;
let routed: () => readonly string[];
beforeEach(() => {
  count += 1;
  name = `staging-${count}`;
  target = memoryTarget([OLD], { [OLD]: 100 });
  target.serveAt('router', url);
  services = { ...rig.services, targets: target.targets };
  routed = () => target.calls.filter((call) => call.startsWith('route'));
});

/** A deployment that has given all traffic of the environment to what it placed, and is about to rehearse. */
async function shifted(given: object = {}): Promise<{ readonly id: DeploymentId; readonly ours: string }> {
  const { deployment: id } = (await rig.handlers.request({
    detail: {
      pipeline: pipelineOf(given),
      release: { version: '2.0.0', artifact: rig.artifact },
      trigger: { id: name, source: 'test', actor: 'tester' },
    },
  })) as { deployment: DeploymentId };
  for (const stage of ['acquire', 'place', 'shift']) await performStage(services, { deployment: id, stage });
  return { id, ours: `2.0.0-${id.slice(0, 8)}` };
}

function pipelineOf(given: object): Pipeline {
  const here = { ...base, environment: name };
  return pipelineSchema.parse({
    pipeline: 'shop',
    environments: { [name]: { target: { kind: 'process', start: 'true', port: 1 } } },
    stages: [
      { ...here, name: 'acquire', kind: 'acquire' },
      { ...here, name: 'place', kind: 'place' },
      { ...here, name: 'shift', kind: 'shift', percent: 100 },
      {
        ...here,
        name: 'rehearsed',
        kind: 'rehearsal',
        path: '/visit',
        for: '60ms',
        requestsPerSecond: 100,
        within: '2s',
        ratio: 100,
        ...given,
      },
    ],
  });
}

async function liveBefore(): Promise<void> {
  await acquireLease(rig.store, name, { deployment: BEFORE, pipeline: 'shop' });
  const release = { version: '1.0.0', artifact: A_DIGEST };
  await concludeInEnvironment(rig.store, name, 'shop', BEFORE, {
    revision: OLD,
    deployment: BEFORE,
    release,
  });
}

const rehearse = (deployment: DeploymentId) => performStage(services, { deployment, stage: 'rehearsed' });

async function found(id: DeploymentId) {
  const { stages } = (await rig.session(id)).deployment.view;
  const stage = stages.find((each) => each.name === 'rehearsed');
  if (stage === undefined) throw new Error('expected a rehearsal');
  return stage;
}

async function undoAll(deployment: DeploymentId): Promise<void> {
  for (const stage of ['shift', 'place', 'acquire'])
    await undoStage(services, { deployment, stage, failure: null });
}

describe('a rehearsal', () => {
  it('goes back and forward again under load, measures both, and leaves the traffic as it was', async () => {
    await liveBefore();
    const { id, ours } = await shifted();
    asked.length = 0;
    await rehearse(id);
    expect(routed()).toEqual([`route {"${ours}":100}`, `route {"${OLD}":100}`, `route {"${ours}":100}`]);
    expect((await target.state()).weights).toEqual({ [ours]: 100 });
    const running = [OLD, ours];
    const { state, evidence, judgement } = await found(id);
    expect({ state, verdict: judgement?.verdict }).toEqual({ state: 'passed', verdict: 'pass' });
    expect(evidence).toEqual({
      rehearsed: true,
      before: { [OLD]: 100 },
      found: { weights: { [ours]: 100 }, running, exits: 0 },
      back: { milliseconds: expect.any(Number), now: { weights: { [OLD]: 100 }, running, exits: 0 } },
      forward: { milliseconds: expect.any(Number), now: { weights: { [ours]: 100 }, running, exits: 0 } },
      rollForwardMilliseconds: expect.any(Number),
      load: {
        path: '/visit',
        found: { requests: expect.any(Number), failed: 0, firstFailure: null },
        back: { requests: expect.any(Number), failed: 0, firstFailure: null },
        forward: { requests: expect.any(Number), failed: 0, firstFailure: null },
      },
    });
    expect(new Set(asked)).toEqual(new Set(['/visit']));
  });

  it('fails where a request failed, and the lane takes everything back', async () => {
    await liveBefore();
    const { id } = await shifted({ path: '/fails' });
    await expect(rehearse(id)).rejects.toMatchObject({ name: 'StageFailed' });
    expect((await found(id)).failure?.observed).toMatch(/^\d+ of \d+ requests failed: status 500$/);
    await undoAll(id);
    expect((await target.state()).weights).toEqual({ [OLD]: 100 });
  });

  it('puts right, in its next attempt, what the first one left in the middle when it was killed', async () => {
    await liveBefore();
    const { id, ours } = await shifted();
    const capture = { found: { [ours]: 100 }, isFirst: false };
    await decideAndAppend(rig.store, await rig.session(id), () => [
      event('StageStarted', { stage: 'rehearsed', attempt: 1, capture }),
    ]);
    await target.route({ [OLD]: 100 });
    target.calls.length = 0;
    await rehearse(id);
    expect(routed()).toEqual([`route {"${ours}":100}`, `route {"${OLD}":100}`, `route {"${ours}":100}`]);
    expect(await found(id)).toMatchObject({ state: 'passed', attempts: 2, capture });
    expect((await target.state()).weights).toEqual({ [ours]: 100 });
  });

  it('leaves the traffic to the lane when it is stopped in the middle', async () => {
    await liveBefore();
    const { id } = await shifted({ for: '600ms' });
    const route = target.route.bind(target);
    Object.assign(target, {
      async route(weights: Record<string, number>) {
        await route(weights);
        if (weights[OLD] === 100)
          await requestStop(rig.store, { deployment: id, actor: 'ada', reason: 'enough' });
      },
    });
    await expect(rehearse(id)).rejects.toMatchObject({ name: 'StageFailed' });
    expect((await found(id)).failure).toMatchObject({ mode: 'stopped' });
    expect(routed()).toHaveLength(2);
    await undoAll(id);
    expect((await target.state()).weights).toEqual({ [OLD]: 100 });
  });

  it('puts the traffic back at once where it breaks off while it still counts', async () => {
    await liveBefore();
    const { id, ours } = await shifted();
    const state = target.state.bind(target);
    let isBroken = false;
    Object.assign(target, {
      async state() {
        const now = await state();
        if (now.weights[OLD] !== 100 || isBroken) return now;
        isBroken = true;
        throw new Error('the target does not answer');
      },
    });
    await expect(rehearse(id)).rejects.toMatchObject({ name: 'AttemptFailed' });
    expect((await target.state()).weights).toEqual({ [ours]: 100 });
    await rehearse(id);
    expect((await found(id)).state).toBe('passed');
  });

  it('moves nothing once its deployment has lost the lease', async () => {
    await liveBefore();
    const { id } = await shifted();
    const { head, commits } = await rig.store.load(`environment#${name}`);
    const fence = commits.length;
    expect(fence).toBeGreaterThan(0);
    await rig.store.append(head, [event('LeaseReleased', { deployment: id, fence: 2 })]);
    const before = routed().length;
    await expect(rehearse(id)).rejects.toMatchObject({ name: 'StageFailed' });
    expect(routed()).toHaveLength(before);
    expect((await found(id)).failure?.observed).toMatch(
      /^the rehearsal may no longer move the traffic of staging-/,
    );
  });

  it.each([
    [{}, 'failed', 'inconclusive', '; with `firstDeployment: pass` in the stage the first deployment passes'],
    [{ firstDeployment: 'pass' }, 'passed', 'pass', ''],
  ])('of a first deployment, declared %o, has %s', async (given, state, verdict, advice) => {
    target = memoryTarget();
    services = { ...rig.services, targets: target.targets };
    const { id } = await shifted(given);
    const before = routed().length;
    await rehearse(id).catch(() => undefined);
    const seen = await found(id);
    expect([seen.state, seen.judgement?.verdict ?? seen.failure?.mode]).toEqual([state, verdict]);
    expect(seen.judgement?.observed ?? seen.failure?.observed).toBe(
      `nothing of shop was live in ${name} before, so there is nothing to go back to${advice}`,
    );
    expect(routed()).toHaveLength(before);
  });
});
