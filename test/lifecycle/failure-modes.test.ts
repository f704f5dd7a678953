import { expect, test } from 'vitest';
import { failureMode, recovery } from '../../lib/history/failure.ts';
import { stage } from '../../lib/pipeline/stage.ts';
import { kindOf } from '../../lib/stages/registry.ts';
import { pipelineOf } from './pipelines.ts';

const KINDS = [
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
] as const;

test('the failure modes and the recoveries are exactly these', () => {
  expect(failureMode.options).toEqual([
    'rejected',
    'inconclusive',
    'errored',
    'timedOut',
    'lost',
    'stopped',
    'superseded',
  ]);
  expect(recovery.options).toEqual(['retry', 'extend', 'compensate']);
});

test('these are all the kinds there are', () => {
  const kinds = stage.options.map((option) => option.shape.kind.value);
  expect([...kinds].sort()).toEqual([...KINDS].sort());
});

test.each(KINDS)(
  '%s has a recovery for every failure mode, and what cannot be mended by trying again is undone',
  (kind) => {
    const [written] = pipelineOf(`${kind} production`).stages;
    if (written === undefined || 'parallel' in written) throw new Error('expected one stage');
    const { recoveries } = kindOf(written);
    expect(Object.keys(recoveries).sort()).toEqual([...failureMode.options].sort());
    expect(Object.values(recoveries).every((chosen) => recovery.options.includes(chosen))).toBe(true);
    expect([recoveries.stopped, recoveries.superseded]).toEqual(['compensate', 'compensate']);
  },
);
