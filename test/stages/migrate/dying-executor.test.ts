import { describe, expect, it } from 'vitest';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { performStage } from '../../../lib/stages/drive/perform-stage.ts';
import type { Services } from '../../../lib/stages/drive/services.ts';
import { undoStage } from '../../../lib/stages/drive/undo-stage.ts';
import { failing, migrate, name, pipelineOf, request, rig, served, useMigrations } from './ground.ts';

useMigrations();

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
