import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import { servedVersions } from '../../../lib/environments/schema.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import type { RevisionRef } from '../../../lib/history/environment-events.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { type EnvironmentEvent, event } from '../../../lib/history/events.ts';
import { isLeaseHeld } from '../../../lib/lifecycle/is-lease-held.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import type { Schemas } from '../../../lib/pipeline/schemas.ts';
import { changesOf } from '../../../lib/pipeline/steps.ts';
import { performStage } from '../../../lib/stages/drive/perform-stage.ts';
import type { Services } from '../../../lib/stages/drive/services.ts';
import { stageContext } from '../../../lib/stages/drive/stage-context.ts';
import { undoStage } from '../../../lib/stages/drive/undo-stage.ts';
import { migrateKind } from '../../../lib/stages/kinds/migrate.ts';
import { type Rig, startRig } from '../drive/rig.ts';

const SCRIPT = join(import.meta.dirname, 'schema.mjs');
const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 1 };

let rig: Rig;
let name = '';
let count = 0;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});
beforeEach(() => {
  count += 1;
  name = `shop-${count}`;
  const database = open();
  database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, price TEXT)');
  for (let id = 1; id <= 40; id += 1)
    database.prepare('INSERT INTO orders VALUES (?, ?)').run(id, `${id} EUR`);
  database.close();
});

const file = () => join(rig.folder, `${name}.sqlite`);
const open = () => new DatabaseSync(file());

function rows(): readonly Readonly<Record<string, unknown>>[] {
  const database = open();
  const all = database.prepare('SELECT * FROM orders ORDER BY id').all();
  database.close();
  return all.map((row) => ({ ...row }));
}
const columns = () => Object.keys(rows()[0] ?? {});

type Way = { undo: string } | { harmless: string } | { verify: string };

function migrate(phase: string, from: number, to: number, way: Way, more: object = {}): object {
  const run = (command: string) => `"$NODE" "$SCRIPT" ${command}`;
  const back = Object.fromEntries(
    Object.entries(way).map(([key, value]) => [key, key === 'harmless' ? value : run(value)]),
  );
  const { env = {}, ...rest } = more as { env?: Record<string, string> };
  return {
    ...base,
    kind: 'migrate',
    name: phase,
    environment: name,
    phase,
    from,
    to,
    run: run(phase),
    ...back,
    env: {
      NODE: process.execPath,
      NODE_NO_WARNINGS: '1',
      SCRIPT,
      DATABASE: file(),
      EFFECTS: join(rig.folder, 'effects'),
      ...env,
    },
    ...rest,
  };
}

const EXPAND = () => migrate('expand', 1, 2, { undo: 'shrink' });
const DATA = (more: object = {}) => migrate('data', 2, 3, { harmless: 'nobody reads it yet' }, more);
/** A data migration of nothing, for where only its record matters. */
const FILLED = () => DATA({ run: 'true' });
const CONTRACT = (more: object = {}) => migrate('contract', 3, 4, { verify: 'whole' }, more);
const failing = { ...base, kind: 'command', name: 'check', run: 'exit 1', retries: 0 };

function pipelineOf(stages: readonly object[], schemas?: Schemas): Pipeline {
  return pipelineSchema.parse({
    pipeline: name,
    ...(schemas === undefined ? {} : { schemas }),
    environments: { [name]: { target: { kind: 'process', start: 'true', port: 1 } } },
    stages: [{ ...base, name: `acquire-${name}`, kind: 'acquire', environment: name }, ...stages],
  });
}

async function request(pipeline: Pipeline): Promise<DeploymentId> {
  const trigger = { id: name, source: 'test', actor: 'tester' };
  const detail = { pipeline, release: { version: '1.0.0', artifact: rig.artifact }, trigger };
  return ((await rig.handlers.request({ detail })) as { deployment: DeploymentId }).deployment;
}

async function eventsOf(id: DeploymentId) {
  return (await rig.store.load(`deployment#${id}`)).commits.flatMap(({ events }) => events);
}

async function environmentNow() {
  return foldEnvironment((await rig.store.load(environmentStream(name))).commits);
}

async function served(): Promise<readonly number[] | undefined> {
  const { main } = (await environmentNow()).schemas;
  return main && servedVersions(main);
}

async function record(...events: readonly EnvironmentEvent[]): Promise<void> {
  const { head } = await rig.store.load(environmentStream(name));
  await rig.store.append(head, events);
}

/** What earlier deployments have made of the schema. */
async function recordExpanded(to: number): Promise<void> {
  const database = open();
  database.exec('ALTER TABLE orders ADD COLUMN cents INTEGER');
  database.close();
  const deployment = 'cccccccccccccccccccc' as DeploymentId;
  const made = { schema: 'main', harmless: true, deployment, undone: false } as const;
  await record(
    event('SchemaChanged', { ...made, stage: 'expand', phase: 'expand', from: 1, to: 2 }),
    ...(to === 3 ? [event('SchemaChanged', { ...made, stage: 'data', phase: 'data', from: 2, to: 3 })] : []),
  );
}

function revision(version: string, schemas?: Schemas): RevisionRef {
  return {
    revision: `${version}-dddddddd`,
    deployment: 'dddddddddddddddddddd' as DeploymentId,
    release: { version, artifact: rig.artifact },
    ...(schemas === undefined ? {} : { schemas }),
  };
}

async function viewOf(id: DeploymentId) {
  return (await rig.session(id)).deployment.view;
}

describe('expand and data', () => {
  it('are made, and stay when the deployment succeeds; made again they are found', async () => {
    const first = await rig.deploy(pipelineOf([EXPAND(), FILLED()]), `${name}-a`);
    expect(first.ending).toBe('succeeded');
    expect(columns()).toEqual(['id', 'price', 'cents']);
    expect(await served()).toEqual([1, 2, 3]);
    const before = await rig.effects();
    const second = await rig.deploy(pipelineOf([EXPAND(), FILLED()]), `${name}-b`, '2.0.0');
    expect(second.ending).toBe('succeeded');
    expect(await rig.effects()).toEqual(before);
    expect((await viewOf(second.id)).stages.at(-1)?.judgement?.observed).toBe(
      `it was there; the schema serves 1, 2, 3; data to 3 by deployment ${first.id.slice(0, 8)}`,
    );
    // What another deployment had made is not taken back with this one.
    expect((await rig.rollback(second.id)).ending).toBe('rolledBack');
    expect(await served()).toEqual([1, 2, 3]);
  });

  it('are taken back when a later stage fails: by their undo, or by being left where that is harmless', async () => {
    const { id, ending } = await rig.deploy(pipelineOf([EXPAND(), FILLED(), failing]), name);
    expect(ending).toBe('rolledBack');
    expect(columns()).toEqual(['id', 'price']);
    expect(await served()).toEqual([1]);
    expect((await environmentNow()).lease).toBeUndefined();
    const undone = (await eventsOf(id)).flatMap(({ type, data }) => (type === 'StageUndone' ? [data] : []));
    expect(undone.map(({ stage }) => stage)).toEqual(['data', 'expand', `acquire-${name}`]);
    expect(undone[0]?.evidence).toMatchObject({ undone: true, left: 'nobody reads it yet' });
    expect(undone[1]?.evidence).toMatchObject({ undone: true, exitCode: 0 });
  });

  it('are taken back by a rollback of the finished deployment, once', async () => {
    const { id } = await rig.deploy(pipelineOf([EXPAND(), FILLED()]), name);
    const rollback = await rig.rollback(id);
    expect(rollback.ending).toBe('rolledBack');
    expect(columns()).toEqual(['id', 'price']);
    expect(await served()).toEqual([1]);
    expect(await rig.rollback(id)).toEqual(rollback);
    const { commits } = await rig.store.load(environmentStream(name));
    const changes = commits.flatMap(({ events }) =>
      events.flatMap((fact) => (fact.type === 'SchemaChanged' ? [fact.data] : [])),
    );
    expect(changes.map(({ stage, undone, by }) => [stage, undone, by ?? null])).toEqual([
      ['expand', false, null],
      ['data', false, null],
      ['data', true, rollback.id],
      ['expand', true, rollback.id],
    ]);
  });

  it('are refused where the schema is elsewhere, before anything is changed', async () => {
    await recordExpanded(2);
    const { id, ending } = await rig.deploy(
      pipelineOf([migrate('data', 5, 6, { harmless: 'nobody reads it' })]),
      `${name}-b`,
    );
    expect(ending).toBe('failed');
    const view = await viewOf(id);
    expect(view.failure).toMatchObject({
      stage: `acquire-${name}`,
      mode: 'rejected',
      observed: `data begins at version 5 of schema main, but ${name} serves 1, 2`,
    });
    expect(isLeaseHeld(view)).toBe(false);
  });
});

describe('the progress of data', () => {
  const filled = Array.from({ length: 40 }, (_, index) => (index + 1) * 100);

  it('is evidence of an attempt that was killed, and the next one resumes there', async () => {
    const { id, ending } = await rig.deploy(pipelineOf([EXPAND(), DATA({ env: { DIE_AT: '20' } })]), name);
    expect(ending).toBe('succeeded');
    const failed = (await eventsOf(id)).flatMap(({ type, data }) =>
      type === 'StageAttemptFailed' ? [data] : [],
    );
    expect(failed).toHaveLength(1);
    expect(failed[0]?.failure).toMatchObject({ mode: 'errored', evidence: { progress: '20/40' } });
    expect(failed[0]?.failure.observed).toContain(
      'exit code 137; last line: Killed; progress 20 of 40 (50 %)',
    );
    // A row that had been done twice would have twice its cents.
    expect(rows().map(({ cents }) => cents)).toEqual(filled);
    expect((await viewOf(id)).stages.at(-1)).toMatchObject({
      evidence: { progress: '40/40', ran: true },
      judgement: { observed: expect.stringContaining('progress 40 of 40 (100 %)') },
    });
  });

  it('outlives the executor, because it is recorded while the command runs', async () => {
    const pipeline = pipelineOf([EXPAND(), DATA({ env: { WAIT_AT: '10' } })]);
    const deployment = await request(pipeline);
    for (const stage of [`acquire-${name}`, 'expand'])
      await performStage(rig.services, { deployment, stage });
    const closing = new AbortController();
    const dying = performStage({ ...rig.services, closing: closing.signal }, { deployment, stage: 'data' });
    const died = expect(dying).rejects.toThrow('the executor is closing');
    const isMeasured = async () => (await eventsOf(deployment)).some(({ type }) => type === 'StageMeasured');
    while (!(await isMeasured())) await pause(10);
    closing.abort();
    await died;
    expect(await rig.drive(pipeline, deployment)).toBe('succeeded');
    expect(rows().map(({ cents }) => cents)).toEqual(filled);
    const events = await eventsOf(deployment);
    expect(
      events.flatMap(({ type, data }) => (type === 'StageAttemptFailed' ? [data.failure.mode] : [])),
    ).toEqual(['lost']);
  });
});

/** What the lane of a rollback that was admitted would make of its contract. */
async function undoneInRollback(id: DeploymentId): Promise<unknown> {
  const session = await rig.session(id);
  const { view } = session.deployment;
  const stage = changesOf(view.pipeline).find(({ kind }) => kind === 'migrate');
  if (stage?.kind !== 'migrate') throw new Error('expected a migration');
  const context = await stageContext(rig.services, session, 1, new AbortController().signal);
  return migrateKind.undo(stage, context, view.stages.at(-1)?.capture ?? null);
}

describe('a contract', () => {
  const expanded = () => recordExpanded(3);

  it('is made where nobody needs what it removes', async () => {
    await expanded();
    await record(
      event('LiveChanged', {
        pipeline: 'mailer',
        live: revision('1.0.0', { main: 'none' }),
        knownGood: null,
      }),
    );
    const { id, ending } = await rig.deploy(pipelineOf([CONTRACT()]), name);
    expect(ending).toBe('succeeded');
    expect(columns()).toEqual(['id', 'cents']);
    expect(await served()).toEqual([4]);
    const rollback = await rig.rollback(id);
    expect(rollback.ending).toBe('failed');
    expect((await viewOf(rollback.id)).failure).toMatchObject({
      mode: 'rejected',
      observed: 'contract contract of schema main cannot be taken back',
    });
    expect((await environmentNow()).lease).toBeUndefined();
    expect(await undoneInRollback(rollback.id)).toEqual({
      undone: false,
      why: 'a contract stays: what returns runs on what it left',
    });
  });

  it('is refused before anything is changed while the known-good needs the old schema', async () => {
    await expanded();
    await record(
      event('LiveChanged', {
        pipeline: name,
        live: revision('2.0.0', { main: [3, 4] }),
        knownGood: revision('1.0.0', { main: [1, 2] }),
      }),
    );
    const before = await rig.effects();
    const { id, ending } = await rig.deploy(pipelineOf([CONTRACT()]), name);
    expect(ending).toBe('failed');
    expect(await rig.effects()).toEqual(before);
    expect((await viewOf(id)).failure).toMatchObject({
      mode: 'rejected',
      observed: `contract contract would leave only version 4 of schema main in ${name}: ${name} 1.0.0-dddddddd (known-good) runs on main 1, 2`,
    });
  });

  it('that fails without having removed anything is rolled back; its verify has shown it', async () => {
    await expanded();
    const { id, ending } = await rig.deploy(pipelineOf([CONTRACT({ run: 'exit 9', retries: 0 })]), name);
    expect(ending).toBe('rolledBack');
    expect(columns()).toContain('price');
    const undone = (await eventsOf(id)).flatMap(({ type, data }) => (type === 'StageUndone' ? [data] : []));
    expect(undone[0]?.evidence).toMatchObject({
      undone: false,
      why: 'the contract removed nothing: its verify succeeded',
    });
  });

  it('that fails after it has removed something is stuck, and nothing is undone behind it', async () => {
    await expanded();
    const gone = join(rig.folder, `${name}-gone`);
    const half = { run: `: > ${gone}; exit 9`, verify: `test ! -e ${gone}`, retries: 0 };
    const { id, ending } = await rig.deploy(pipelineOf([CONTRACT(half)]), name);
    expect(ending).toBe('stuck');
    const view = await viewOf(id);
    expect(view.stages.at(-1)).toMatchObject({ state: 'undoFailed', undoFailures: 4 });
    expect((await environmentNow()).lease?.deployment).toBe(id);
    expect(await served()).toEqual([1, 2, 3]);
  });

  it('that has begun runs to its end when the deployment is stopped', async () => {
    await expanded();
    const begun = join(rig.folder, `${name}-begun`);
    const go = join(rig.folder, `${name}-go`);
    const slow = `: > ${begun}; until test -e ${go}; do sleep 0.02; done; "$NODE" "$SCRIPT" contract`;
    const pipeline = pipelineOf([CONTRACT({ run: slow })]);
    const deployment = await request(pipeline);
    const ended = rig.drive(pipeline, deployment);
    while (!existsSync(begun)) await pause(10);
    await rig.handlers.stop({ detail: { deployment, actor: 'ada', reason: 'lunch' } });
    await writeFile(go, '');
    expect(await ended).toBe('succeeded');
    expect(await served()).toEqual([4]);
  });
});

describe('an executor that dies around the record of a migration', () => {
  const noted = { run: 'echo made >> "$EFFECTS"', undo: 'echo taken back >> "$EFFECTS"' };
  const pipeline = () => pipelineOf([migrate('expand', 1, 2, { undo: 'shrink' }, noted), failing]);

  /** Aborts its executor right before or right after the append that records the migration. */
  function dyingServices(dies: 'before' | 'after'): Services {
    const closing = new AbortController();
    const append: EventStore['append'] = async (head, events) => {
      if (!events.some(({ type }) => type === 'SchemaChanged')) return rig.store.append(head, events);
      if (dies === 'after') await rig.store.append(head, events);
      closing.abort();
      throw new Error('the power is gone');
    };
    return { ...rig.services, store: { ...rig.store, append }, closing: closing.signal };
  }

  it.each([
    ['before', ['made', 'made', 'taken back']],
    ['after', ['made', 'taken back']],
  ] as const)('%s it: what is recorded is not done again', async (dies, expected) => {
    const effects = await rig.effects();
    const deployment = await request(pipeline());
    await performStage(rig.services, { deployment, stage: `acquire-${name}` });
    const dying = performStage(dyingServices(dies), { deployment, stage: 'expand' });
    await expect(dying).rejects.toThrow('the executor is closing');
    expect(await rig.drive(pipeline(), deployment)).toBe('rolledBack');
    expect((await rig.effects()).slice(effects.length)).toEqual(expected);
    expect(await served()).toEqual([1]);
  });

  it.each([
    ['before', ['made', 'taken back', 'taken back']],
    ['after', ['made', 'taken back']],
  ] as const)('%s the record of its undo: the same holds', async (dies, expected) => {
    const effects = await rig.effects();
    const deployment = await request(pipeline());
    for (const stage of [`acquire-${name}`, 'expand'])
      await performStage(rig.services, { deployment, stage });
    await expect(performStage(rig.services, { deployment, stage: 'check' })).rejects.toThrow('failed');
    const dying = undoStage(dyingServices(dies), { deployment, stage: 'expand', failure: null });
    await expect(dying).rejects.toThrow('the executor is closing');
    expect(await rig.drive(pipeline(), deployment)).toBe('rolledBack');
    expect((await rig.effects()).slice(effects.length)).toEqual(expected);
    expect(await served()).toEqual([1]);
  });
});

describe('a release', () => {
  it('is not placed where the schema is not what it needs', async () => {
    await recordExpanded(2);
    const place = { ...base, kind: 'place', name: 'place', environment: name };
    const { id, ending } = await rig.deploy(pipelineOf([place], { main: [3] }), `${name}-b`);
    expect(ending).toBe('failed');
    expect((await viewOf(id)).failure).toMatchObject({
      mode: 'rejected',
      observed: `the release runs on main 3, but ${name} serves 1, 2`,
    });
  });
});
