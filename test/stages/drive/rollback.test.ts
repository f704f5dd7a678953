import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import { acquireLease, releaseLease } from '../../../lib/environments/lease.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { freePort } from '../../../lib/targets/process/free-port.ts';
import { requested } from '../../history/sample-events.ts';
import { type Rig, startRig } from './rig.ts';

const OTHER = 'eeeeeeeeeeeeeeeeeeee' as DeploymentId;
const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 1 };

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  const { head } = await rig.store.load(`deployment#${OTHER}`);
  await rig.store.append(head, [requested(OTHER)]);
});
afterAll(async () => {
  await rig.close();
});

async function environmentNow(name: string): Promise<ReturnType<typeof foldEnvironment>> {
  return foldEnvironment((await rig.store.load(environmentStream(name))).commits);
}

async function viewOf(id: DeploymentId) {
  return (await rig.session(id)).deployment.view;
}

describe('the lane of a finished deployment', () => {
  type Undo = 'pass' | 'flaky' | 'fail';

  it.each<[Undo, Undo, string, readonly string[]]>([
    ['pass', 'pass', 'rolledBack', ['undo newer', 'undo older']],
    ['flaky', 'pass', 'rolledBack', ['undo newer', 'undo older']],
    ['pass', 'flaky', 'rolledBack', ['undo newer', 'undo older']],
    ['fail', 'pass', 'stuck', []],
    ['pass', 'fail', 'stuck', ['undo newer']],
  ])('newer %s, older %s: %s', async (newer, older, ending, undone) => {
    const name = `lane-${newer}-${older}`;
    const { id: of } = await rig.deploy(customs(name, { newer, older }), name);
    const before = (await rig.effects()).length;
    const rollback = await rig.rollback(of);
    expect(rollback.ending).toBe(ending);
    expect((await rig.effects()).slice(before)).toEqual(undone.map((line) => `${line} of ${name}`));
    const view = await viewOf(rollback.id);
    expect({ outcome: view.outcome, of: view.of, kind: view.kind }).toEqual({
      outcome: ending,
      of,
      kind: 'rollback',
    });
    const { lease } = await environmentNow(name);
    expect(lease?.deployment).toBe(ending === 'stuck' ? rollback.id : undefined);
  });

  it('is gone through once, however often it is asked for', async () => {
    const { id: of } = await rig.deploy(customs('once', { newer: 'pass', older: 'pass' }), 'once');
    const first = await rig.rollback(of);
    const before = await rig.effects();
    expect(await rig.rollback(of)).toEqual({ id: first.id, ending: 'rolledBack' });
    expect(await rig.effects()).toEqual(before);
  });

  function customs(name: string, undo: Readonly<Record<'newer' | 'older', Undo>>): Pipeline {
    const change = (which: 'newer' | 'older') => ({
      ...base,
      kind: 'custom',
      name: which,
      run: 'true',
      undo: UNDO,
      env: {
        EFFECTS: `${rig.folder}/effects`,
        TRIED: `${rig.folder}/${name}-${which}-tried`,
        UNDO: undo[which],
        OF: name,
      },
    });
    return pipelineSchema.parse({
      pipeline: name,
      environments: { [name]: { target: { kind: 'process', start: 'true', port: 1 } } },
      stages: [
        { ...base, name: 'acquire', kind: 'acquire', environment: name },
        change('older'),
        change('newer'),
      ],
    });
  }

  const UNDO = `
    case "$UNDO" in
      fail) exit 1 ;;
      flaky) test -e "$TRIED" || { touch "$TRIED"; exit 1; } ;;
    esac
    echo "undo $NONEVENT_STAGE of $OF" >> "$EFFECTS"`;
});

describe('a service under traffic', () => {
  let name = '';
  let count = 0;
  let pipeline: Pipeline;
  let url: string;

  beforeEach(async () => {
    count += 1;
    name = `service-${count}`;
    const port = await freePort(new Set());
    url = `http://127.0.0.1:${port}/`;
    pipeline = pipelineSchema.parse({
      pipeline: name,
      environments: { [name]: { target: { kind: 'process', start: SERVE, port, drain: '1s' } } },
      stages: [
        { ...base, name: 'acquire', kind: 'acquire', environment: name },
        { ...base, name: 'place', kind: 'place', environment: name },
        { ...base, name: 'shift-50', kind: 'shift', environment: name, percent: 50 },
        { ...base, name: 'shift-100', kind: 'shift', environment: name, percent: 100 },
      ],
    });
  });

  const SERVE = `exec node -e "require('node:http').createServer((q, r) => r.end(process.env.NONEVENT_REVISION ?? 'up')).listen(process.env.PORT, '127.0.0.1')"`;

  async function deployed(version: string): Promise<DeploymentId> {
    const { id, ending } = await rig.deploy(pipeline, version, version);
    expect(ending).toBe('succeeded');
    return id;
  }

  async function target() {
    const definition = pipeline.environments[name];
    if (definition === undefined) throw new Error(`no environment ${name}`);
    return rig.targets.target(name, name, definition);
  }

  async function refusalOf(id: DeploymentId) {
    const { outcome, failure } = await viewOf(id);
    return { outcome, stage: failure?.stage, mode: failure?.mode, observed: failure?.observed };
  }

  it('returns to the revision before, no request fails, and the target is asked at the end', async () => {
    const first = await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const old = `1.0.0-${first.slice(0, 8)}`;
    let isOver = false;
    const failed: unknown[] = [];
    let answered = 0;
    const asking = (async () => {
      while (!isOver) {
        const { status } = await fetch(url);
        if (status !== 200) failed.push(status);
        answered += 1;
        await pause(2);
      }
    })();
    const { id, ending } = await rig.rollback(second);
    isOver = true;
    await asking;
    expect({ ending, failed }).toEqual({ ending: 'rolledBack', failed: [] });
    expect(answered).toBeGreaterThan(10);
    expect((await (await target()).state()).weights).toEqual({ [old]: 100 });
    expect((await (await target()).state()).revisions.map(({ revision }) => revision)).toEqual([old]);
    const { live, lease } = await environmentNow(name);
    expect({ live: live[name]?.live.deployment, knownGood: live[name]?.knownGood, lease }).toEqual({
      live: first,
      knownGood: null,
      lease: undefined,
    });
    const events = (await rig.session(id)).commits.flatMap((commit) => commit.events);
    expect(events.map(({ type }) => type)).toEqual([
      'DeploymentRequested',
      'DeploymentStarted',
      'RollbackAdmitted',
      'StageUndone',
      'StageUndone',
      'StageUndone',
      'StageUndone',
      'DeploymentRolledBack',
    ]);
    expect(events[6]?.data).toMatchObject({
      stage: 'acquire',
      evidence: { released: true, live: { [old]: 100 }, running: [old] },
    });
  });

  it('goes back one more, placing again what is no longer warm, and then has nothing to go back to', async () => {
    const first = await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const third = await deployed('3.0.0');
    expect((await rig.rollback(third)).ending).toBe('rolledBack');
    expect((await rig.rollback(second)).ending).toBe('rolledBack');
    expect((await (await target()).state()).weights).toEqual({ [`1.0.0-${first.slice(0, 8)}`]: 100 });
    const last = await rig.rollback(first);
    expect(await refusalOf(last.id)).toEqual({
      outcome: 'failed',
      stage: 'enter rollback',
      mode: 'rejected',
      observed: `nothing of ${name} was live in ${name} before, so there is nothing to go back to`,
    });
    expect((await environmentNow(name)).lease).toBeUndefined();
    expect((await fetch(url)).status).toBe(200);
  });

  it('is refused where the deployment is not what is live', async () => {
    const first = await deployed('1.0.0');
    const second = await deployed('2.0.0');
    expect(await refusalOf((await rig.rollback(first)).id)).toMatchObject({
      outcome: 'failed',
      observed: `deployment ${first} is not what is live in ${name}: 2.0.0-${second.slice(0, 8)} of deployment ${second} is live`,
    });
    expect((await environmentNow(name)).lease).toBeUndefined();
  });

  it('is done once by two at the very same moment: the one attaches to the other', async () => {
    const first = await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const [one, other] = await Promise.all([rig.rollback(second), rig.rollback(second)]);
    expect(one.id).toBe(other.id);
    const { outcome, stages } = await viewOf(one.id);
    expect(outcome).toBe('rolledBack');
    expect(stages.map(({ state }) => state)).toEqual(Array(4).fill('undone'));
    const undone = (await rig.session(one.id)).commits.flatMap(({ events }) =>
      events.flatMap(({ type, data }) => (type === 'StageUndone' ? [data.stage] : [])),
    );
    expect(undone).toEqual(['shift-100', 'shift-50', 'place', 'acquire']);
    expect((await (await target()).state()).weights).toEqual({ [`1.0.0-${first.slice(0, 8)}`]: 100 });
    const { lease, live } = await environmentNow(name);
    expect([lease, live[name]?.live.deployment]).toEqual([undefined, first]);
  });

  it('is done by one of two that are asked for apart at the very same moment, and refused to the other', async () => {
    const first = await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const both = await Promise.all([rig.rollback(second, 'one'), rig.rollback(second, 'other')]);
    expect(both.map(({ ending }) => ending).toSorted()).toEqual(['failed', 'rolledBack']);
    const refused = both.find(({ ending }) => ending === 'failed');
    const done = both.find(({ ending }) => ending === 'rolledBack');
    expect(refused && (await refusalOf(refused.id))).toMatchObject({
      mode: 'rejected',
      stage: 'enter rollback',
    });
    expect(refused && (await refusalOf(refused.id)).observed).toMatch(
      new RegExp(
        `^deployment (${done?.id} of pipeline ${name} holds the lease|${second} is not what is live)`,
      ),
    );
    const { lease, live } = await environmentNow(name);
    expect([lease, live[name]?.live.deployment]).toEqual([undefined, first]);
  });

  it('is refused while another deployment holds the lease, which it keeps', async () => {
    await deployed('1.0.0');
    const second = await deployed('2.0.0');
    await acquireLease(rig.store, name, { deployment: OTHER, pipeline: name });
    expect(await refusalOf((await rig.rollback(second)).id)).toMatchObject({
      outcome: 'failed',
      observed: `deployment ${OTHER} of pipeline ${name} holds the lease of environment ${name}`,
    });
    expect((await environmentNow(name)).lease?.deployment).toBe(OTHER);
    await releaseLease(rig.store, name, OTHER);
    expect((await rig.rollback(second, 'again')).ending).toBe('rolledBack');
  });

  it('is refused where the revision to return to does not run and its artifact is gone', async () => {
    const first = await deployed('1.0.0');
    const second = await deployed('2.0.0');
    await (await target()).remove(`1.0.0-${first.slice(0, 8)}`);
    const kept = join(rig.folder, 'artifacts', `${rig.artifact.replace(':', '-')}.tar`);
    const { readFile, writeFile } = await import('node:fs/promises');
    const bytes = await readFile(kept);
    await rm(kept);
    const { id } = await rig.rollback(second);
    await writeFile(kept, bytes);
    expect(await refusalOf(id)).toMatchObject({
      outcome: 'failed',
      observed: expect.stringMatching(
        new RegExp(
          `^1\\.0\\.0-${first.slice(0, 8)}, which would get the traffic back in ${name}, cannot run: `,
        ),
      ),
    });
    expect((await (await target()).state()).weights).toEqual({ [`2.0.0-${second.slice(0, 8)}`]: 100 });
    expect((await environmentNow(name)).lease).toBeUndefined();
  });

  it('refuses a deployment that could not be taken back, before it changes anything', async () => {
    const first = await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const live = `2.0.0-${second.slice(0, 8)}`;
    const now = await target();
    await now.route({ [`1.0.0-${first.slice(0, 8)}`]: 100 });
    await now.remove(live);
    const { id, ending } = await rig.deploy(pipeline, 'third', '3.0.0');
    expect(ending).toBe('failed');
    expect(await refusalOf(id)).toMatchObject({
      stage: 'acquire',
      mode: 'errored',
      observed: `this deployment could not be rolled back: ${live}, which is live, does not run, so it could not get the traffic back`,
    });
    expect((await environmentNow(name)).lease).toBeUndefined();
  });

  it('changes nothing more once its lease was taken over', async () => {
    await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const { deployment } = (await rig.handlers.rollback({ detail: { of: second, actor: 'tester' } })) as {
      deployment: DeploymentId;
    };
    await rig.handlers.enter({ deployment });
    await releaseLease(rig.store, name, deployment);
    await acquireLease(rig.store, name, { deployment: OTHER, pipeline: name });
    const before = await (await target()).state();
    await expect(rig.handlers.undo({ deployment, stage: 'shift-100', failure: null })).rejects.toThrow(
      `deployment ${deployment} no longer has the lease of environment ${name}, expected to hold it: deployment ${OTHER} does`,
    );
    expect(await (await target()).state()).toEqual(before);
    await expect(
      acquireLease(rig.store, `${name}-other`, { deployment: OTHER, pipeline: name }),
    ).resolves.toMatchObject({ fence: 1 });
    await releaseLease(rig.store, name, OTHER);
    await expect(acquireLease(rig.store, name, { deployment, pipeline: name })).rejects.toThrow(
      `deployment ${deployment} no longer has the lease of environment ${name}, expected to hold it: nobody does`,
    );
  });

  it('gives the lease back when the refusal was recorded and nothing after it', async () => {
    const first = await deployed('1.0.0');
    const { deployment } = (await rig.handlers.rollback({ detail: { of: first, actor: 'tester' } })) as {
      deployment: DeploymentId;
    };
    await expect(rig.handlers.enter({ deployment })).rejects.toThrow('rollback refused');
    expect((await environmentNow(name)).lease?.deployment).toBe(deployment);
    await expect(rig.handlers.enter({ deployment })).rejects.toThrow('rollback refused');
    await rig.handlers.conclude({ deployment, failure: { Error: 'StageRefused' } });
    await rig.handlers.conclude({ deployment, failure: { Error: 'StageRefused' } });
    expect((await environmentNow(name)).lease).toBeUndefined();
    expect((await viewOf(deployment)).outcome).toBe('failed');
  });

  it('is refused when its executor vanished without a word, and when it was stopped before it began', async () => {
    await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const ask = async (attempt: string) =>
      (
        (await rig.handlers.rollback({ detail: { of: second, actor: 'tester', attempt } })) as {
          deployment: DeploymentId;
        }
      ).deployment;
    const lost = await ask('lost');
    await rig.handlers.conclude({ deployment: lost, failure: { Error: 'States.Timeout' } });
    expect(await refusalOf(lost)).toMatchObject({
      outcome: 'failed',
      mode: 'timedOut',
      stage: 'enter rollback',
    });
    const stopped = await ask('stopped');
    await rig.handlers.stop({ detail: { deployment: stopped, actor: 'tester' } });
    await expect(rig.handlers.enter({ deployment: stopped })).rejects.toThrow('asked to stop');
    await rig.handlers.conclude({ deployment: stopped, failure: null });
    expect(await refusalOf(stopped)).toMatchObject({ outcome: 'failed', mode: 'stopped' });
  });

  it('of what runs, of what failed and of a rollback is a conflict', async () => {
    await deployed('1.0.0');
    const second = await deployed('2.0.0');
    const { id } = await rig.rollback(second);
    await expect(rig.rollback(id)).rejects.toMatchObject({
      code: 'Conflict',
      message: `deployment ${id} is itself a rollback`,
    });
    const open = (await rig.handlers.request({
      detail: {
        pipeline,
        release: { version: '9.0.0', artifact: rig.artifact },
        trigger: { id: 'open', source: 'test', actor: 'tester' },
      },
    })) as { deployment: DeploymentId };
    await expect(rig.rollback(open.deployment)).rejects.toMatchObject({
      message: `deployment ${open.deployment} is still running`,
    });
  });
});

describe('a deployment of two environments', () => {
  const SERVE_TWO = `exec node -e "require('node:http').createServer((q, r) => r.end('up')).listen(process.env.PORT, '127.0.0.1')"`;

  it('is taken back in both, or in none where one has moved on: then the newest first', async () => {
    const ports = [await freePort(new Set()), await freePort(new Set())];
    const pipelineIn = (...environments: readonly string[]): Pipeline =>
      pipelineSchema.parse({
        pipeline: 'two',
        environments: Object.fromEntries(
          ['two-staging', 'two-production'].map((environment, index) => [
            environment,
            { target: { kind: 'process', start: SERVE_TWO, port: ports[index], drain: '1s' } },
          ]),
        ),
        stages: environments.flatMap((environment) => [
          { ...base, name: `acquire-${environment}`, kind: 'acquire', environment },
          { ...base, name: `place-${environment}`, kind: 'place', environment },
          { ...base, name: `shift-${environment}`, kind: 'shift', environment, percent: 100 },
        ]),
      });
    const both = pipelineIn('two-staging', 'two-production');
    const live = async () =>
      Promise.all(
        ['two-staging', 'two-production'].map(async (environment) => {
          const { live: now, lease } = await environmentNow(environment);
          return lease === undefined ? now.two?.live.deployment : 'leased';
        }),
      );
    const first = (await rig.deploy(both, 'first', '1.0.0')).id;
    const second = (await rig.deploy(both, 'second', '2.0.0')).id;
    const third = (await rig.deploy(pipelineIn('two-production'), 'third', '3.0.0')).id;
    expect(await live()).toEqual([second, third]);

    const refused = await rig.rollback(second);
    const { outcome, failure } = await viewOf(refused.id);
    expect({ outcome, observed: failure?.observed, next: failure?.next }).toEqual({
      outcome: 'failed',
      observed: `deployment ${second} is not what is live in two-production: 3.0.0-${third.slice(0, 8)} of deployment ${third} is live`,
      next: 'undo what is live with `nonevent rollback two-production`, and then this one: a deployment is taken back in all of its environments or in none',
    });
    expect(await live()).toEqual([second, third]);

    expect((await rig.rollback(third)).ending).toBe('rolledBack');
    expect(await live()).toEqual([second, second]);
    expect((await rig.rollback(second, 'again')).ending).toBe('rolledBack');
    expect(await live()).toEqual([first, first]);
  });
});
