import { expect, test } from 'vitest';
import { measure, ratio } from '../../../lib/cli/demo/measures.ts';
import { answerAt, BACK_FROM, BAD_FROM, sampleRecord } from './sample-record.ts';

const record = sampleRecord();
const { answers } = record;

test('measures the restoration from the deciding measurement to the traffic being back', () => {
  expect(measure(record).restoring).toBe(40);
});

test('measures the roll-forward from the first change of the good canary to its end', () => {
  expect(measure(record).rollingForward).toBe(3200);
});

test('measures its rollback from the request to the traffic being back, and to the end', () => {
  const { takingBack, rollingBack } = measure(record);
  expect([takingBack, rollingBack]).toEqual([50, 90]);
  expect(ratio(takingBack, 3000)).toBeCloseTo(1 / 60, 10);
  expect(ratio(undefined, 3000)).toBe(undefined);
});

test('tells requests during the rollback from those that began when the traffic was back', () => {
  const { duringRollback, afterRollback } = measure(record);
  expect(duringRollback.map(({ release }) => release)).toEqual(['2.0.0', '1.0.0']);
  expect(afterRollback.map(({ release }) => release)).toEqual(['1.0.0']);
});

test('counts requests, and tells failures of the bad canary from all others', () => {
  const early = answerAt(BAD_FROM + 290, { status: 500, endedAt: answerAt(BAD_FROM + 299).startedAt });
  const late = answerAt(BACK_FROM + 30, { status: undefined, error: 'socket hang up' });
  const measures = measure({ ...record, answers: [...answers, early, late] });
  expect(measures.requests).toBe(128);
  expect(measures.failedInside.map(({ path }) => path)).toEqual(['/products/honey', '/products/gift-card']);
  expect(measures.failedOutside).toEqual([early, late]);
});

test('a request that was open when the bad canary got its traffic belongs to it', () => {
  const across = answerAt(BAD_FROM + 298, { status: 500 });
  expect(measure({ ...record, answers: [across] }).failedInside).toEqual([across]);
});

test('without the deployments every failure is one too many, and nothing is measured', () => {
  const measures = measure({ deployed: [], answers });
  expect(measures.failedOutside.length).toBe(2);
  const { restoring, rollingForward, takingBack, rollingBack } = measures;
  expect([restoring, rollingForward, takingBack, rollingBack]).toEqual(Array(4).fill(undefined));
});
