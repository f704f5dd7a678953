import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { event } from '../../../lib/history/events.ts';
import { changesOf } from '../../../lib/pipeline/steps.ts';
import { stageContext } from '../../../lib/stages/drive/stage-context.ts';
import { migrateKind } from '../../../lib/stages/kinds/migrate.ts';
import {
  CONTRACT,
  columns,
  environmentNow,
  eventsOf,
  name,
  pipelineOf,
  record,
  recordExpanded,
  request,
  revision,
  rig,
  served,
  useMigrations,
  viewOf,
} from './ground.ts';

useMigrations();

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
      why: 'a contract is not taken back',
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
      expected: `all that is live, known-good or may come back in ${name} to run on version 4 of schema main`,
      observed: `contract contract would leave only version 4 of schema main in ${name}: ${name} 1.0.0-dddddddd (known-good) runs on main 1, 2`,
      next: 'leave the contract out and deploy; it can follow once 1.0.0-dddddddd is no longer known-good',
    });
  });

  it('that fails without having removed anything is rolled back; its verify has shown it', async () => {
    await expanded();
    const { id, ending } = await rig.deploy(pipelineOf([CONTRACT({ run: 'exit 9', retries: 0 })]), name);
    expect(ending).toBe('rolledBack');
    expect(columns()).toContain('price');
    const undone = (await eventsOf(id)).flatMap(({ type, data }) => (type === 'StageUndone' ? [data] : []));
    expect(undone[0]?.effect).toBe('nothing');
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
