import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { environmentStream } from '../../../lib/environments/environment.ts';
import { isLeaseHeld } from '../../../lib/lifecycle/is-lease-held.ts';
import { performStage } from '../../../lib/stages/drive/perform-stage.ts';
import {
  base,
  columns,
  DATA,
  EXPAND,
  environmentNow,
  eventsOf,
  FILLED,
  failing,
  migrate,
  name,
  pipelineOf,
  recordExpanded,
  request,
  rig,
  rows,
  served,
  useMigrations,
  viewOf,
} from './ground.ts';

useMigrations();

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

  it('is what standard output says, also where a warning is written in the middle of it', async () => {
    const run = "printf 'nonevent:progress 12'; echo '34 rows had warnings' >&2; echo /5000";
    const { id } = await rig.deploy(pipelineOf([EXPAND(), DATA({ run })]), name);
    expect((await viewOf(id)).stages.at(-1)).toMatchObject({ evidence: { progress: '12/5000' } });
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
