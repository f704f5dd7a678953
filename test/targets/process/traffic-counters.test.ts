import { describe, expect, it } from 'vitest';
import { createTrafficCounters } from '../../../lib/targets/process/traffic-counters.ts';

describe('createTrafficCounters', () => {
  it('sorts answers by status class', () => {
    const counters = createTrafficCounters();
    for (const status of [101, 200, 204, 302, 404, 500, 503]) counters.answered('r1', status, 1);
    expect(counters.snapshot(['r1']).revisions.r1).toMatchObject({
      requests: 7,
      status: { '1xx': 1, '2xx': 2, '3xx': 1, '4xx': 1, '5xx': 2, lost: 0 },
    });
  });

  it('sorts answers into buckets by their upper bound, and into one more for the slowest', () => {
    const counters = createTrafficCounters();
    for (const milliseconds of [0.2, 1, 1.1, 2, 65_536, 65_537]) counters.answered('r1', 200, milliseconds);
    const latency = counters.snapshot(['r1']).revisions.r1?.latency ?? [];
    expect(latency).toHaveLength(66);
    expect([latency[0], latency[1], latency[4], latency[64], latency[65]]).toEqual([2, 1, 1, 1, 1]);
  });

  it('counts a lost request as a request without a latency', () => {
    const counters = createTrafficCounters();
    counters.lost('r1');
    const snapshot = counters.snapshot(['r1']).revisions.r1;
    expect(snapshot).toMatchObject({ requests: 1, status: { lost: 1 } });
    expect(snapshot?.latency.every((count) => count === 0)).toBe(true);
  });

  it('counts an answer that broke off as lost once, unless it is an error already', () => {
    const counters = createTrafficCounters();
    counters.answered('r1', 200, 1);
    counters.brokeOff('r1', 200);
    counters.answered('r1', 500, 1);
    counters.brokeOff('r1', 500);
    expect(counters.snapshot(['r1']).revisions.r1).toMatchObject({
      requests: 2,
      status: { '2xx': 1, '5xx': 1, lost: 1 },
    });
  });

  it('gives zeros for a revision without traffic', () => {
    expect(createTrafficCounters().snapshot(['r1']).revisions.r1?.requests).toBe(0);
  });

  it('gives a snapshot that later requests do not change', () => {
    const counters = createTrafficCounters();
    const before = counters.snapshot(['r1']);
    counters.answered('r1', 200, 1);
    expect(before.revisions.r1?.status['2xx']).toBe(0);
  });

  it('begins a new epoch each time', () => {
    expect(createTrafficCounters().snapshot([]).epoch).not.toBe(createTrafficCounters().snapshot([]).epoch);
  });
});
