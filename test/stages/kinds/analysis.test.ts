import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event } from '../../../lib/history/events.ts';
import { type AnalysisStage, analysisStage } from '../../../lib/pipeline/kinds/analysis.ts';
import { shiftStage } from '../../../lib/pipeline/kinds/shift.ts';
import type { Json } from '../../../lib/stages/kind.ts';
import { analysisKind } from '../../../lib/stages/kinds/analysis.ts';
import { type MemoryTarget, memoryTarget } from '../memory-target.ts';
import { OURS, stageContext } from '../stage-context.ts';

const LIVE = '1.0.0-aaaaaaaa';
const BUCKETS = 66;

/** Counters of a revision that answered in the bucket up to 8 ms, unless another is given. */
function counters(requests: number, errors = 0, bucket = 12): Record<string, unknown> {
  const latency = Array.from({ length: BUCKETS }, () => 0);
  latency[bucket] = requests;
  return {
    requests,
    status: { '1xx': 0, '2xx': requests - errors, '3xx': 0, '4xx': 0, '5xx': errors, lost: 0 },
    latency,
  };
}

function stageWith(written: Record<string, unknown>): AnalysisStage {
  return analysisStage.parse({
    kind: 'analysis',
    name: 'canary-analysis',
    question: 'Does it serve as well?',
    expect: '10s',
    timeout: '60s',
    environment: 'production',
    for: '10s',
    minRequests: 50,
    ...written,
  });
}

const RATE = stageWith({ errorRate: { max: '1%' } });
const RELATIVE = stageWith({ errorRate: { maxIncrease: '1%' }, p95: { maxRatio: 1.5 } });

/** Begins, lets the target count and time pass, observes and judges. */
async function analyse(
  stage: AnalysisStage,
  target: MemoryTarget,
  given: { seconds?: number; meanwhile: () => void; afterFirstShift?: Record<string, number> },
) {
  let now = 1_000_000;
  const shift = shiftStage.parse({
    kind: 'shift',
    name: 'shift',
    question: 'q',
    expect: 1,
    timeout: 9,
    environment: 'production',
    percent: 100,
  });
  const captured = given.afterFirstShift;
  const events =
    captured === undefined
      ? []
      : [
          event('DeploymentStarted', { entry: 'forward' }),
          event('StageStarted', { stage: 'shift', attempt: 1, capture: { weights: captured } }),
        ];
  const context = stageContext([shift, stage], { targets: target.targets, now: () => now, events });
  const begun = (await analysisKind.begin?.(stage, context)) ?? null;
  given.meanwhile();
  now += (given.seconds ?? 10) * 1000;
  const { evidence } = await analysisKind.observe(stage, context, JSON.parse(JSON.stringify(begun)));
  return { evidence: JSON.parse(JSON.stringify(evidence)), judgement: analysisKind.judge(stage, evidence) };
}

function canary(): MemoryTarget {
  const target = memoryTarget([LIVE, OURS], { [LIVE]: 90, [OURS]: 10 });
  target.count({ [LIVE]: counters(1000, 10), [OURS]: counters(100) });
  return target;
}

describe('an analysis', () => {
  it('counts from where it began, for the new and the live revision', async () => {
    const target = canary();
    const { evidence, judgement } = await analyse(RATE, target, {
      meanwhile: () => target.count({ [LIVE]: counters(1900, 11, 12), [OURS]: counters(200, 1) }),
    });
    expect(evidence).toEqual({
      candidate: { requests: 100, errors: 1, p95Ms: 8 },
      live: { revision: LIVE, basis: 'window', traffic: { requests: 900, errors: 1, p95Ms: 8 } },
      elapsedSeconds: 10,
      observedSeconds: 10,
      windowSeconds: 10,
      routerRestarted: false,
      exits: 0,
      problem: null,
    });
    expect(judgement).toEqual({
      verdict: 'pass',
      expected: 'error rate <= 1 %',
      observed: 'error rate 1 % (1 of 100), p95 8 ms; live: error rate 0.11 % (1 of 900), p95 8 ms',
    });
  });

  it('rejects as soon as a bound is violated by requests enough', async () => {
    const target = canary();
    const { judgement } = await analyse(RATE, target, {
      seconds: 1,
      meanwhile: () => target.count({ [LIVE]: counters(1400), [OURS]: counters(150, 2) }),
    });
    expect(judgement).toMatchObject({
      verdict: 'fail',
      observed: expect.stringMatching(/^error rate 4 % \(2 of 50\)/),
    });
  });

  it('waits while there are too few requests, whatever they say', async () => {
    const target = canary();
    const { judgement } = await analyse(RATE, target, {
      meanwhile: () => target.count({ [LIVE]: counters(1400), [OURS]: counters(149, 49) }),
    });
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      expected: 'at least 50 requests and error rate <= 1 %',
      observed: expect.stringContaining('49 of 50 requests needed'),
    });
  });

  it('waits until the whole time is over', async () => {
    const target = canary();
    const { judgement } = await analyse(RATE, target, {
      seconds: 9.5,
      meanwhile: () => target.count({ [LIVE]: counters(1400), [OURS]: counters(500) }),
    });
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      observed: expect.stringContaining('9.5 s of 10 s observed'),
    });
  });

  it('counts requests that got no answer as errors', async () => {
    const target = canary();
    const { evidence, judgement } = await analyse(RATE, target, {
      meanwhile: () => {
        const lost = counters(100);
        target.count({
          [LIVE]: counters(1900),
          [OURS]: { ...lost, requests: 200, status: { ...(lost.status as object), lost: 100 } },
        });
      },
    });
    expect(evidence.candidate).toEqual({ requests: 100, errors: 100, p95Ms: null });
    expect(judgement.verdict).toBe('fail');
  });

  it('compares with the live revision in the same time', async () => {
    const target = canary();
    const same = await analyse(RELATIVE, target, {
      meanwhile: () => target.count({ [LIVE]: counters(2000, 110), [OURS]: counters(200, 11) }),
    });
    expect(same.judgement).toMatchObject({
      verdict: 'pass',
      expected: 'error rate <= live (10 %) + 1 % and p95 <= 1.5 x live (8 ms)',
    });
    const slower = canary();
    const slow = await analyse(RELATIVE, slower, {
      meanwhile: () =>
        slower.count({ [LIVE]: counters(2000, 10), [OURS]: sumOf(counters(100), counters(100, 0, 15)) }),
    });
    expect(slow.judgement).toMatchObject({ verdict: 'fail', observed: expect.stringContaining('p95 13 ms') });
  });

  it('compares with the history of the live revision when that has no traffic any more', async () => {
    const target = memoryTarget([LIVE, OURS], { [OURS]: 100 });
    target.count({ [LIVE]: counters(1000, 20), [OURS]: counters(100) });
    const { evidence, judgement } = await analyse(RELATIVE, target, {
      afterFirstShift: { [LIVE]: 100 },
      meanwhile: () => target.count({ [LIVE]: counters(1000, 20), [OURS]: counters(300, 6) }),
    });
    expect(evidence.live).toEqual({
      revision: LIVE,
      basis: 'history',
      traffic: { requests: 1000, errors: 20, p95Ms: 8 },
    });
    expect(judgement.verdict).toBe('pass');
    expect(judgement.observed).toContain('with its traffic from before');
  });

  it('is not sure while too little is known of the live revision', async () => {
    const target = memoryTarget([LIVE, OURS], { [LIVE]: 90, [OURS]: 10 });
    const { judgement } = await analyse(RELATIVE, target, {
      meanwhile: () => target.count({ [LIVE]: counters(49), [OURS]: counters(300) }),
    });
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      expected: 'error rate <= live (unknown) + 1 % and p95 <= 1.5 x live (unknown)',
      observed: expect.stringContaining(`too little is known of ${LIVE} to compare with`),
    });
  });

  it('holds a first deployment against its absolute bounds', async () => {
    const target = memoryTarget([OURS], { [OURS]: 100 });
    const stage = stageWith({ errorRate: { max: '1%', maxIncrease: '1%' }, p95: { maxRatio: 2 } });
    const { evidence, judgement } = await analyse(stage, target, {
      meanwhile: () => target.count({ [OURS]: counters(100, 1) }),
    });
    expect(evidence.live).toBeNull();
    expect(judgement).toMatchObject({ verdict: 'pass', expected: 'error rate <= 1 %' });
  });

  it('holds a first deployment without absolute bounds against an error rate of 5 %', async () => {
    const target = memoryTarget([OURS], { [OURS]: 100 });
    const good = await analyse(RELATIVE, target, {
      meanwhile: () => target.count({ [OURS]: counters(100, 5) }),
    });
    expect(good.judgement).toMatchObject({
      verdict: 'pass',
      expected: 'error rate <= 5 % (no live revision to compare with)',
    });
    const other = memoryTarget([OURS], { [OURS]: 100 });
    const bad = await analyse(RELATIVE, other, {
      meanwhile: () => other.count({ [OURS]: counters(100, 6) }),
    });
    expect(bad.judgement.verdict).toBe('fail');
  });

  it('counts from zero when the counters began anew, and says so', async () => {
    const target = canary();
    const { evidence, judgement } = await analyse(RATE, target, {
      seconds: 14,
      meanwhile: () => target.count({ [LIVE]: counters(60), [OURS]: counters(70) }, 'second', 1_004_000),
    });
    expect(evidence).toMatchObject({
      routerRestarted: true,
      observedSeconds: 10,
      candidate: { requests: 70 },
      live: { traffic: { requests: 60 } },
    });
    expect(judgement.verdict).toBe('pass');
    expect(judgement.observed).toContain('counted from zero since the router started anew 10 s ago');
  });

  it('takes the time in which nobody counted for no observation', async () => {
    const target = canary();
    const { evidence, judgement } = await analyse(RATE, target, {
      seconds: 16,
      meanwhile: () => target.count({ [LIVE]: counters(600), [OURS]: counters(700) }, 'second', 1_014_500),
    });
    expect(evidence).toMatchObject({ elapsedSeconds: 16, observedSeconds: 1.5 });
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      observed: expect.stringContaining('1.5 s of 10 s observed'),
    });
  });

  it('never passes with less observed time than `for`, whenever the router was down', async () => {
    const times = fc.record({
      down: fc.integer({ min: -20_000, max: 40_000 }),
      for: fc.integer({ min: 1, max: 20 }),
      milliseconds: fc.integer({ min: 0, max: 40_000 }),
    });
    const verdicts = new Set<string>();
    await fc.assert(
      fc.asyncProperty(times, async (given) => {
        const target = canary();
        const began = 1_000_000;
        const since = began + given.down;
        const { judgement } = await analyse(stageWith({ for: given.for, errorRate: { max: '1%' } }), target, {
          seconds: given.milliseconds / 1000,
          meanwhile: () => target.count({ [LIVE]: counters(1900), [OURS]: counters(700) }, 'second', since),
        });
        const observed = Math.min(given.milliseconds, given.milliseconds - given.down);
        verdicts.add(judgement.verdict);
        expect(judgement.verdict).toBe(observed >= given.for * 1000 ? 'pass' : 'inconclusive');
      }),
      { seed: 7 },
    );
    expect(verdicts).toEqual(new Set(['pass', 'inconclusive']));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e308])(
    'has observed nothing when counting began at %s',
    async (since) => {
      const target = canary();
      const { judgement } = await analyse(RATE, target, {
        seconds: 20,
        meanwhile: () => target.count({ [LIVE]: counters(1900), [OURS]: counters(700) }, 'second', since),
      });
      expect(judgement).toMatchObject({
        verdict: 'inconclusive',
        observed: expect.stringContaining('0 s of 10 s observed'),
      });
    },
  );

  it('rejects a revision that ended by itself meanwhile, whatever its requests say', async () => {
    const target = canary();
    target.exit(OURS, 3);
    const { evidence, judgement } = await analyse(RATE, target, {
      seconds: 2,
      meanwhile: () => {
        target.exit(OURS, 1);
        target.count({ [LIVE]: counters(1010, 10), [OURS]: counters(101) });
      },
    });
    expect(evidence.exits).toBe(1);
    expect(judgement).toEqual({
      verdict: 'fail',
      expected: 'error rate <= 1 % and no exit',
      observed:
        'the new revision ended by itself once; error rate 0 % (0 of 1), p95 8 ms; live: error rate 0.99 % (10 of 1010), p95 8 ms, with its traffic from before',
    });
  });

  it('does not mind that the live revision, or the new one before it began, ended by itself', async () => {
    const target = canary();
    target.exit(OURS, 2);
    const { judgement } = await analyse(RATE, target, {
      meanwhile: () => {
        target.exit(LIVE, 1);
        target.count({ [LIVE]: counters(1900, 10), [OURS]: counters(200) });
      },
    });
    expect(judgement.verdict).toBe('pass');
  });

  it('is not sure of a revision that does not run, is not counted, or was counted backwards', async () => {
    const dead = canary();
    expect(
      (
        await analyse(RATE, dead, {
          meanwhile: () => {
            dead.crash(OURS);
            dead.count({ [OURS]: counters(900) });
          },
        })
      ).judgement,
    ).toMatchObject({ verdict: 'inconclusive', observed: expect.stringContaining(`${OURS} does not run`) });
    const missing = canary();
    expect(
      (await analyse(RATE, missing, { meanwhile: () => missing.count({ [LIVE]: counters(9000) }) }))
        .judgement,
    ).toMatchObject({
      verdict: 'inconclusive',
      observed: expect.stringContaining(`the target counts nothing for ${OURS}`),
    });
    const backwards = canary();
    expect(
      (await analyse(RATE, backwards, { meanwhile: () => backwards.count({ [OURS]: counters(99) }) }))
        .judgement,
    ).toMatchObject({
      verdict: 'inconclusive',
      observed: expect.stringContaining(`the counters of ${OURS} make no sense`),
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e308, 0.5, '100', null])(
    'is not sure of %s requests',
    async (requests) => {
      const target = canary();
      const { judgement, evidence } = await analyse(RATE, target, {
        meanwhile: () => target.count({ [LIVE]: counters(2000), [OURS]: { ...counters(500), requests } }),
      });
      expect(judgement.verdict).toBe('inconclusive');
      expect(evidence.candidate).toBeNull();
    },
  );

  it('says how slow the slowest answers are', async () => {
    const target = canary();
    const stage = stageWith({ p95: { max: '1s' } });
    const { judgement } = await analyse(stage, target, {
      meanwhile: () =>
        target.count({ [LIVE]: counters(2000), [OURS]: sumOf(counters(100), counters(100, 0, 65)) }),
    });
    expect(judgement).toMatchObject({
      verdict: 'fail',
      expected: 'p95 <= 1000 ms',
      observed: expect.stringContaining('p95 over 65 s'),
    });
  });
});

function sumOf(one: Record<string, unknown>, other: Record<string, unknown>): Record<string, unknown> {
  const [left, right] = [one.latency as number[], other.latency as number[]];
  const total = (one.requests as number) + (other.requests as number);
  return { ...counters(total), latency: left.map((count, bucket) => count + (right[bucket] ?? 0)) };
}

type Figures = { readonly requests: number; readonly errors: number; readonly p95Ms: number | string | null };
type Seen = {
  readonly candidate: Figures;
  readonly live: { readonly traffic: Figures } | null;
  readonly observedSeconds: number;
  readonly exits: number;
  readonly problem: unknown;
};

function milliseconds({ p95Ms }: Figures): number {
  return typeof p95Ms === 'string' ? 131_072 : (p95Ms ?? 0);
}

/** What the strictest stated bound allows; 5 % at a first deployment that states no absolute one. */
function highestRate({ errorRate, p95 }: AnalysisStage, { live }: Seen): number {
  const absolute = errorRate?.max ?? 1;
  if (live === null) return errorRate?.max === undefined && p95?.max === undefined ? 0.05 : absolute;
  if (errorRate?.maxIncrease === undefined) return absolute;
  const { errors, requests } = live.traffic;
  return Math.min(absolute, errors / requests + errorRate.maxIncrease + 1e-9);
}

function highestP95({ p95 }: AnalysisStage, { live }: Seen): number {
  const absolute = p95?.max === undefined ? Number.POSITIVE_INFINITY : p95.max * 1000;
  if (live === null || p95?.maxRatio === undefined) return absolute;
  return Math.min(absolute, milliseconds(live.traffic) * p95.maxRatio + 1e-9);
}

describe('the verdict on traffic', () => {
  const figure = (max: number) =>
    fc.oneof({ weight: 12, arbitrary: fc.nat(max) }, fc.constantFrom(Number.NaN, -1, 1e308, null, '7'));
  const mostly = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { freq: 12 });
  const trafficOf = mostly(
    fc.record({
      requests: figure(300),
      errors: figure(5),
      p95Ms: fc.oneof({ weight: 12, arbitrary: figure(30) }, fc.constant('over the longest bucket')),
    }),
  );
  const evidenceOf = fc.record({
    candidate: trafficOf,
    live: mostly(
      fc.record({
        revision: fc.constant(LIVE),
        basis: fc.constantFrom('window', 'history'),
        traffic: trafficOf,
      }),
    ),
    elapsedSeconds: fc.integer({ min: 0, max: 40 }),
    observedSeconds: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 0, max: 20 }) },
      fc.constant(Number.NaN),
    ),
    windowSeconds: fc.constant(10),
    routerRestarted: fc.boolean(),
    exits: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.nat(3)),
    problem: fc.oneof(
      { weight: 6, arbitrary: fc.constant(null) },
      fc.constantFrom('it does not run', undefined),
    ),
  });
  const stages = fc.constantFrom(
    RATE,
    RELATIVE,
    stageWith({ p95: { max: '20ms' } }),
    stageWith({ errorRate: { max: '1%', maxIncrease: '1%' }, p95: { max: '20ms', maxRatio: 1.5 } }),
    stageWith({}),
  );

  it('is a pass only with requests enough, the whole time over, no problem, and every applicable bound held', () => {
    let passes = 0;
    fc.assert(
      fc.property(stages, evidenceOf, (stage, evidence) => {
        if (analysisKind.judge(stage, evidence as Json).verdict !== 'pass') return;
        passes += 1;
        const seen = evidence as unknown as Seen;
        expect(seen.candidate.requests).toBeGreaterThanOrEqual(stage.minRequests ?? 1);
        expect(seen.exits).toBe(0);
        expect(seen.observedSeconds).toBeGreaterThanOrEqual(stage.for);
        expect(seen.problem).toBeNull();
        expect(seen.candidate.errors / seen.candidate.requests).toBeLessThanOrEqual(highestRate(stage, seen));
        expect(milliseconds(seen.candidate)).toBeLessThanOrEqual(highestP95(stage, seen));
      }),
      { numRuns: 4000, seed: 7 },
    );
    expect(passes).toBeGreaterThan(100);
  });

  it('cannot compare two revisions that are both slower than can be measured', () => {
    const slow = { requests: 100, errors: 0, p95Ms: 'over the longest bucket' };
    const evidence = {
      candidate: slow,
      live: { revision: LIVE, basis: 'window', traffic: slow },
      elapsedSeconds: 10,
      observedSeconds: 10,
      windowSeconds: 10,
      routerRestarted: false,
      exits: 0,
      problem: null,
    };
    expect(analysisKind.judge(RELATIVE, evidence).verdict).toBe('inconclusive');
    const fast = { ...evidence, candidate: { ...slow, p95Ms: 8 } };
    expect(analysisKind.judge(RELATIVE, fast).verdict).toBe('pass');
  });

  it('never is a failure with too few requests and no exit', () => {
    fc.assert(
      fc.property(stages, evidenceOf, (stage, evidence) => {
        const requests = (evidence.candidate as { requests?: unknown } | null)?.requests;
        fc.pre(evidence.exits === 0);
        fc.pre(typeof requests !== 'number' || !(requests >= (stage.minRequests ?? 1)));
        expect(analysisKind.judge(stage, evidence as Json).verdict).toBe('inconclusive');
      }),
    );
  });

  it('is inconclusive for anything that is no measurement', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (evidence) => {
        expect(analysisKind.judge(RATE, evidence as Json).verdict).toBe('inconclusive');
      }),
    );
  });
});
