import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StreamName } from '../../lib/history/event-store.ts';
import type { Event } from '../../lib/history/events.ts';
import { DETAIL_BYTES_AT_MOST, outboundEvents } from '../../lib/history/outbound-event.ts';
import { arbitraryEvent } from './arbitrary-event.ts';
import { requested } from './sample-events.ts';

function commitOf(events: readonly Event[], stream: StreamName = 'deployment#0f3a9c1b7d2e4f508a61') {
  return { stream, seq: 4, at: '2026-11-23T07:00:00.000Z', body: JSON.stringify(events) };
}

it('tells any event whole where it fits', () => {
  fc.assert(
    fc.property(fc.array(arbitraryEvent, { minLength: 1, maxLength: 4 }), (events) => {
      const told = outboundEvents(commitOf(events));
      expect(told.map(({ type, detail }) => ({ type, v: detail.v, data: detail.data }))).toEqual(
        JSON.parse(JSON.stringify(events)),
      );
      expect(told.map(({ detail }) => detail.index)).toEqual(events.map((_, index) => index));
    }),
    { numRuns: 50 },
  );
});

it('keeps the diagnosis of a failure whose evidence is cut', () => {
  const failure = {
    mode: 'rejected' as const,
    question: 'Is it fast?',
    expected: 'p95 <= 50 ms',
    observed: 'p95 80 ms',
    evidence: 'é'.repeat(130_000),
    recovery: 'compensate' as const,
    next: 'look',
  };
  const data = { stage: 'canary', attempt: 1, failure };
  const [told] = outboundEvents(commitOf([{ type: 'StageFailed', v: 1, data } as Event]));
  expect(told?.detail.cut).toEqual(['failure.evidence']);
  expect(told?.detail.data).toMatchObject({
    stage: 'canary',
    failure: { expected: 'p95 <= 50 ms', observed: 'p95 80 ms', evidence: { bytes: 260_002 } },
  });
});

it('cuts the definition only after what was captured, and all data where that is not enough', () => {
  const opening = requested('0f3a9c1b7d2e4f508a61');
  const large = (member: object) =>
    outboundEvents(commitOf([{ ...opening, data: { ...opening.data, ...member } } as Event]))[0]?.detail;
  expect(large({ captures: { place: 'c'.repeat(250_000) } })?.cut).toEqual(['captures']);
  expect(large({ captures: { place: 'c' }, pipeline: 'p'.repeat(250_000) })?.cut).toEqual([
    'captures',
    'pipeline',
  ]);
  const everything = large({ reason: 'r'.repeat(250_000) });
  expect(everything?.cut).toEqual(['*']);
  expect(everything?.data).toMatchObject({ digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  expect(JSON.stringify(everything).length).toBeLessThan(DETAIL_BYTES_AT_MOST);
});
