import { expect, test } from 'vitest';
import { measure } from '../../../lib/cli/demo/measures.ts';
import { answerAt, sampleRecord } from './sample-record.ts';

const { deployed, answers } = sampleRecord();
const [, second, third] = deployed;

test('measures the restoration from the deciding measurement to the traffic being back', () => {
  expect(measure(second, third, answers).restoring).toBe(40);
});

test('measures the roll-forward from the first change of the second release to its end', () => {
  expect(measure(second, third, answers).rollingForward).toBe(1800);
});

test('gives their ratio', () => {
  expect(measure(second, third, answers).ratio).toBeCloseTo(40 / 1800, 10);
});

test('counts requests, and tells failures of the bad canary from all others', () => {
  const early = answerAt(20_290, { status: 500, endedAt: answerAt(20_299).startedAt });
  const late = answerAt(22_001, { status: undefined, error: 'socket hang up' });
  const measures = measure(second, third, [...answers, early, late]);
  expect(measures.requests).toBe(126);
  expect(measures.failedInside.map(({ path }) => path)).toEqual(['/products/honey', '/products/gift-card']);
  expect(measures.failedOutside).toEqual([early, late]);
});

test('a request that was open when the bad canary got its traffic belongs to it', () => {
  const across = answerAt(20_298, { status: 500 });
  expect(measure(second, third, [across]).failedInside).toEqual([across]);
});

test('without a third release every failure is one too many, and nothing is measured', () => {
  const measures = measure(undefined, undefined, answers);
  expect(measures.failedOutside.length).toBe(2);
  expect([measures.restoring, measures.rollingForward, measures.ratio]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
