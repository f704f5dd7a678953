import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { type Event, event } from '../../../lib/history/events.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { type Rig, startRig } from './rig.ts';

const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 0 };

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});

/** One story: each test goes on where the one before it ended. Its gate is shut at first. */
let of: DeploymentId;

test('asked for twice it is the same deployment, and every change is made again', async () => {
  const first = await rig.deploy(story('story'), 'story');
  expect(first.ending).toBe('rolledBack');
  of = first.id;
  const before = (await rig.effects()).length;
  const rerun = await rig.rerun(of);
  expect(rerun.ending).toBe('rolledBack');
  expect(await rig.rerun(of)).toEqual(rerun);
  expect((await rig.effects()).slice(before)).toEqual(['story switch']);
});

test('of a rerun it takes over what passed from whoever found it, and performs what did not', async () => {
  await open('story');
  const before = (await rig.effects()).length;
  const second = await rig.rerun(of);
  const third = await rig.rerun(second.id);
  expect(third.ending).toBe('succeeded');
  expect((await rig.effects()).slice(before)).toEqual([
    'story switch',
    'story gate on built',
    'story after on built',
  ]);
  const { view } = (await rig.session(third.id)).deployment;
  expect({ of: view.of, kind: view.kind, version: view.release.version }).toEqual({
    of: second.id,
    kind: 'forward',
    version: '1.0.0',
  });
  expect(view.stages.map(({ name, state, reused }) => [name, state, reused])).toEqual([
    ['build', 'reused', { from: of, because: 'same definition, same release' }],
    ['unit', 'reused', { from: of, because: 'same definition, same release' }],
    ['acquire-story', 'passed', undefined],
    ['apis', 'reused', { from: of, because: 'same definition, same release, same environment' }],
    ['switch-on', 'passed', undefined],
    ['gate', 'passed', undefined],
    ['after', 'passed', undefined],
  ]);
  expect(view.stages.find(({ name }) => name === 'gate')?.notReused).toBe(
    'it comes after switch-on, and a change is made again in each deployment',
  );
});

test('what is taken over is the very same finding, with the digest of its inputs', async () => {
  const found = await passOf(of, 'unit');
  const taken = await passOf((await rig.rerun((await rig.rerun(of)).id)).id, 'unit');
  const { attempt: _, ...pass } = found as { attempt: number; inputs: string };
  expect(pass.inputs).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(taken).toEqual({ ...pass, from: of, because: 'same definition, same release' });
});

test('from a stage on it performs that one and all after it again, and takes over what is before', async () => {
  const before = (await rig.effects()).length;
  const rerun = await rig.rerun(of, 'unit');
  expect(rerun.ending).toBe('succeeded');
  expect((await rig.effects()).slice(before)).toEqual([
    'story unit on built',
    'story switch',
    'story gate on built',
    'story after on built',
  ]);
  const { view } = (await rig.session(rerun.id)).deployment;
  expect(view.stages.map(({ notReused }) => notReused).slice(0, 2)).toEqual([
    undefined,
    'it was asked to run again from unit on',
  ]);
});

test('a check whose environment has changed is performed again, and says so', async () => {
  const { head } = await rig.store.load('environment#story');
  const release = { version: '3.0.0', artifact: rig.artifact };
  const live = { revision: 'cart-3.0.0', deployment: of, release };
  await rig.store.append(head, [event('LiveChanged', { pipeline: 'cart', live, knownGood: null })]);
  const { view } = (await rig.session((await rig.rerun(of, 'gate')).id)).deployment;
  const apis = view.stages.find(({ name }) => name === 'apis');
  expect({ state: apis?.state, why: apis?.notReused }).toEqual({
    state: 'passed',
    why: `its environment, or the artifact that reaches it, is not what it was in ${of.slice(0, 8)}`,
  });
});

test('one check of a parallel group is taken over, the other performed', async () => {
  const pipeline = sideBySide('group');
  const release = { version: '1.0.0', artifact: rig.artifact };
  const trigger = { id: 'group', source: 'test', actor: 'tester' };
  const requested = await rig.handlers.request({ detail: { pipeline, release, trigger } });
  const { deployment: id } = requested as { deployment: DeploymentId };
  const driven = rig.drive(pipeline, id);
  await vi.waitFor(async () => expect(await passOf(id, 'unit')).toBeDefined(), { timeout: 10_000 });
  await writeFile(join(rig.folder, 'group-go'), '');
  expect(await driven).toBe('failed');
  await open('group');
  const before = (await rig.effects()).length;
  const rerun = await rig.rerun(id);
  expect(rerun.ending).toBe('succeeded');
  expect((await rig.effects()).slice(before)).toEqual(['group gate on ']);
  const { view } = (await rig.session(rerun.id)).deployment;
  expect(view.stages.map(({ name, state, notReused }) => [name, state, notReused])).toEqual([
    ['unit', 'reused', undefined],
    ['gate', 'passed', `it did not pass in ${id.slice(0, 8)}`],
  ]);
});

test('a stop before a check is taken over is honoured', async () => {
  const { deployment } = (await rig.handlers.rerun({
    detail: { of, actor: 'tester', attempt: 'stopped' },
  })) as {
    deployment: DeploymentId;
  };
  await rig.handlers.stop({ detail: { deployment, actor: 'ada', reason: 'enough' } });
  expect(await rig.drive(story('story'), deployment)).toBe('failed');
  const { view } = (await rig.session(deployment)).deployment;
  expect({ mode: view.failure?.mode, build: view.stages[0]?.state }).toEqual({
    mode: 'stopped',
    build: 'failed',
  });
});

/** What the history holds of a check that passed. */
async function passOf(id: DeploymentId, stage: string): Promise<Event['data'] | undefined> {
  const events = (await rig.session(id)).commits.flatMap((commit) => commit.events);
  return events.find(
    ({ type, data }) => (type === 'StagePassed' || type === 'StageReused') && data.stage === stage,
  )?.data;
}

/** Lets the gate of a story pass from now on. */
function open(name: string): Promise<void> {
  return writeFile(join(rig.folder, `${name}-open`), '');
}

function say(name: string, stage: string): string {
  return `echo "${name} ${stage} on $(cat made 2>/dev/null)" >> "$EFFECTS"`;
}

function variables(name: string): Readonly<Record<string, string>> {
  return {
    EFFECTS: `${rig.folder}/effects`,
    OPEN: `${rig.folder}/${name}-open`,
    GO: `${rig.folder}/${name}-go`,
  };
}

/** Two checks in a group, of which one is shut at first; it waits, for its failure would cut the other short. */
function sideBySide(name: string): Pipeline {
  const env = variables(name);
  const gate = `until test -e "$GO"; do sleep 0.05; done; test -e "$OPEN" && ${say(name, 'gate')}`;
  return pipelineSchema.parse({
    pipeline: name,
    environments: {},
    stages: [
      {
        parallel: 'tests',
        stages: [
          { ...base, kind: 'command', name: 'unit', run: say(name, 'unit'), env },
          { ...base, kind: 'command', name: 'gate', run: gate, env },
        ],
      },
    ],
  });
}

/** A build, a test of what was built, a change, a gate that is shut at first, and a check after it. */
function story(name: string): Pipeline {
  const env = variables(name);
  const check = (stage: string, run: string) => ({ ...base, kind: 'command', name: stage, run, env });
  return pipelineSchema.parse({
    pipeline: name,
    apis: { provides: { shop: [1] }, consumes: {} },
    environments: { [name]: { target: { kind: 'process', start: 'node server.js', port: 4100 } } },
    stages: [
      { ...check('build', `${say(name, 'build')}; mkdir out && echo built > out/made`), artifact: 'out' },
      check('unit', say(name, 'unit')),
      { ...base, kind: 'acquire', name: `acquire-${name}`, environment: name },
      { ...base, kind: 'compatibility', name: 'apis', environment: name },
      {
        ...base,
        kind: 'custom',
        name: 'switch-on',
        run: `echo "${name} switch" >> "$EFFECTS"`,
        undo: 'true',
        env,
      },
      check('gate', `test -e "$OPEN" && ${say(name, 'gate')}`),
      check('after', say(name, 'after')),
    ],
  });
}
