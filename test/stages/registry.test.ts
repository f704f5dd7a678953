import { describe, expect, it } from 'vitest';
import { failureMode } from '../../lib/history/failure.ts';
import { changeStage, checkStage, type Stage } from '../../lib/pipeline/stage.ts';
import { kindOf } from '../../lib/stages/registry.ts';

const kindsOf = (union: typeof checkStage | typeof changeStage) =>
  union.options.map((option) => [...option.shape.kind.values][0]).filter((kind) => kind !== undefined);
const CHECKS = kindsOf(checkStage);
const CHANGES = kindsOf(changeStage);

describe('the registry', () => {
  it('knows every kind of the schema', () => {
    expect([...CHECKS, ...CHANGES]).toEqual([
      'command',
      'http',
      'analysis',
      'compatibility',
      'parity',
      'function',
      'rehearsal',
      'acquire',
      'place',
      'shift',
      'flag',
      'migrate',
      'custom',
    ]);
  });

  it.each([...CHECKS, ...CHANGES])('gives %s an answer to every failure mode', (kind) => {
    const { recoveries } = kindOf({ kind } as Stage);
    expect(Object.keys(recoveries).sort()).toEqual([...failureMode.options].sort());
    expect(recoveries).toMatchObject({
      rejected: 'compensate',
      inconclusive: kind === 'analysis' ? 'extend' : 'compensate',
      errored: 'retry',
      lost: 'retry',
      stopped: 'compensate',
      superseded: 'compensate',
    });
  });

  it.each(CHECKS)('gives the check %s something to observe and to judge', (kind) => {
    expect(kindOf({ kind } as Stage)).toMatchObject({
      observe: expect.any(Function),
      judge: expect.any(Function),
    });
  });

  it.each(CHANGES)('gives the change %s a capture, a way there and a way back', (kind) => {
    expect(kindOf({ kind } as Stage)).toMatchObject({
      capture: expect.any(Function),
      apply: expect.any(Function),
      undo: expect.any(Function),
    });
  });
});
