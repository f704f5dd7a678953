import { describe, expect, it } from 'vitest';
import { event } from '../../../lib/history/events.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { type AnalysisStage, analysisStage } from '../../../lib/pipeline/kinds/analysis.ts';
import { shiftStage } from '../../../lib/pipeline/kinds/shift.ts';
import { createCloudMetrics } from '../../../lib/stages/cloud/cloudwatch-metrics.ts';
import type { Json } from '../../../lib/stages/kind.ts';
import { analysisKind } from '../../../lib/stages/kinds/analysis.ts';
import { type FakeCloudWatch, fakeCloudWatch } from '../../aws/cloudwatch.ts';
import { stageContext } from '../stage-context.ts';

/** In seconds. The first change began at noon, the analysis a minute and a half later. */
const NOON = Date.parse('2026-11-23T12:00:00Z') / 1000;
const BEGUN = NOON + 90;

const ERRORS = {
  namespace: 'AWS/Lambda',
  metric: 'Errors',
  dimensions: { FunctionName: 'shop' },
  statistic: 'Sum',
  max: 5,
};
const ERRORS_KEY = 'AWS/Lambda/Errors/FunctionName=shop/Sum';

function stageWith(written: Record<string, unknown>): AnalysisStage {
  return analysisStage.parse({
    kind: 'analysis',
    name: 'watch',
    question: 'Is it well?',
    expect: '3m',
    timeout: '7m',
    environment: 'production',
    for: '3m',
    ...written,
  });
}

const shift = shiftStage.parse({
  kind: 'shift',
  name: 'shift',
  question: 'q',
  expect: 1,
  timeout: 9,
  environment: 'production',
  percent: 100,
});

/** Begins at 12:01:30, changes what CloudWatch says, and judges some seconds later. */
async function analyse(
  written: Record<string, unknown>,
  given: {
    before?: (watch: FakeCloudWatch) => void;
    after?: (watch: FakeCloudWatch) => void;
    seconds?: number;
  },
) {
  const stage = stageWith(written);
  const watch = await fakeCloudWatch();
  given.before?.(watch);
  let now = BEGUN;
  const opened = stageContext([shift, stage]);
  const opening = opened.deployment.view;
  const context = {
    ...opened,
    deployment: replay([
      {
        seq: 1,
        at: '2026-11-23T11:59:00.000Z',
        events: [
          event('DeploymentRequested', {
            deployment: opening.deployment,
            kind: 'forward',
            pipeline: opening.pipeline,
            pipelineDigest: opening.artifact,
            release: opening.release,
            trigger: opening.trigger,
            lifecycle: 1,
          }),
          event('DeploymentStarted', { entry: 'forward' }),
        ],
      },
      {
        seq: 2,
        at: '2026-11-23T12:00:00.000Z',
        events: [event('StageStarted', { stage: 'shift', attempt: 1, capture: { weights: {} } })],
      },
    ]),
    cloud: { metrics: createCloudMetrics(watch.client) } as never,
    now: () => now * 1000,
  };
  const begun = (await analysisKind.begin?.(stage, context)) ?? null;
  given.after?.(watch);
  now += given.seconds ?? 300;
  const { evidence } = await analysisKind.observe(stage, context, JSON.parse(JSON.stringify(begun)) as Json);
  return analysisKind.judge(stage, JSON.parse(JSON.stringify(evidence)) as Json);
}

/** One value for each minute from 12:02 on, the first whole minute of the analysis. */
function values(...given: (number | 'NaN' | 'Infinity')[]) {
  return new Map(given.map((value, minute) => [NOON + 120 + minute * 60, value]));
}

describe('metrics', () => {
  it('pass when there is a value for every minute and all of them are within bounds', async () => {
    const judgement = await analyse(
      { metrics: [{ ...ERRORS, min: 0 }] },
      { after: ({ metrics }) => metrics.set(ERRORS_KEY, values(0, 2, 5)) },
    );
    expect(judgement).toEqual({
      verdict: 'pass',
      expected: 'AWS/Lambda Errors (Sum) <= 5 and >= 0',
      observed: 'AWS/Lambda Errors (Sum) 0 to 5',
    });
  });

  it('reject as soon as one value is out of bounds, before the time is over', async () => {
    const judgement = await analyse(
      { metrics: [ERRORS] },
      { after: ({ metrics }) => metrics.set(ERRORS_KEY, values(6)), seconds: 95 },
    );
    expect(judgement).toEqual({
      verdict: 'fail',
      expected: 'AWS/Lambda Errors (Sum) <= 5',
      observed: 'AWS/Lambda Errors (Sum) 6, 1 of 3 values needed; 95 s of 180 s observed',
    });
  });

  it('count only whole minutes within the analysis, and only of exactly the named dimensions', async () => {
    const judgement = await analyse(
      { metrics: [ERRORS] },
      {
        after: ({ metrics }) => {
          // 12:01 is partly from before; 12:06 is not over at 12:06:30.
          metrics.set(
            ERRORS_KEY,
            new Map([[NOON + 60, 99], ...values(1, 1, 1, 1), [NOON + 360, 99]] as [number, number][]),
          );
          metrics.set('AWS/Lambda/Errors/Sum', values(99));
        },
      },
    );
    expect(judgement).toMatchObject({ verdict: 'pass', observed: 'AWS/Lambda Errors (Sum) 1' });
  });

  it('compare the mean with that of the same time before the first change', async () => {
    const rising = { ...ERRORS, max: undefined, maxIncrease: 2 };
    const before = ({ metrics }: FakeCloudWatch) =>
      metrics.set(ERRORS_KEY, new Map([-180, -120, -60].map((at) => [NOON + at, 3])));
    const add =
      (...given: number[]) =>
      ({ metrics }: FakeCloudWatch) =>
        metrics.set(ERRORS_KEY, new Map([...(metrics.get(ERRORS_KEY) ?? []), ...values(...given)]));
    expect(await analyse({ metrics: [rising] }, { before, after: add(4, 5, 6) })).toEqual({
      verdict: 'pass',
      expected: 'AWS/Lambda Errors (Sum) mean <= mean before + 2',
      observed: 'AWS/Lambda Errors (Sum) 4 to 6, mean 5, mean before 3',
    });
    expect(await analyse({ metrics: [rising] }, { before, after: add(5, 5, 6) })).toMatchObject({
      verdict: 'fail',
    });
    expect(await analyse({ metrics: [rising] }, { after: add(1, 1, 1) })).toMatchObject({
      verdict: 'inconclusive',
      observed: 'AWS/Lambda Errors (Sum) 1, mean 1, nothing known from before',
    });
  });

  it('are held against other criteria only where those are about the same values', () => {
    const recorded = {
      cloud: {
        observedSeconds: 300,
        metrics: [
          {
            of: { ...ERRORS, max: undefined, period: 60 },
            values: 5,
            lowest: 0,
            highest: 3,
            mean: 1,
            meanBefore: null,
            problem: null,
          },
        ],
        alarms: [],
      },
    } as unknown as Json;
    const verdictOf = (...metrics: object[]) => analysisKind.judge(stageWith({ metrics }), recorded).verdict;
    expect(verdictOf({ ...ERRORS, max: 3 })).toBe('pass');
    expect(verdictOf({ ...ERRORS, max: 2 })).toBe('fail');
    expect(verdictOf({ ...ERRORS, metric: 'Throttles' })).toBe('inconclusive');
    expect(verdictOf({ ...ERRORS, metric: 'Throttles' }, { ...ERRORS, max: 3 })).toBe('inconclusive');
    expect(verdictOf({ ...ERRORS, maxIncrease: 1 })).toBe('inconclusive');
  });

  it.each([
    ['nothing', () => {}, 'no values'],
    [
      'fewer values than minutes',
      (at: FakeCloudWatch) => at.metrics.set(ERRORS_KEY, values(1, 1)),
      '2 of 3 values',
    ],
    ['NaN', (at: FakeCloudWatch) => at.metrics.set(ERRORS_KEY, values(1, 'NaN', 1)), 'makes no sense: NaN'],
    [
      'infinity',
      (at: FakeCloudWatch) => at.metrics.set(ERRORS_KEY, values('Infinity')),
      'makes no sense: Infinity',
    ],
    ['1e308', (at: FakeCloudWatch) => at.metrics.set(ERRORS_KEY, values(1e308)), 'makes no sense: 1e+308'],
    [
      'a hundred thousand series',
      (at: FakeCloudWatch) => {
        at.twist.answer = () => ({
          MetricDataResults: Array.from({ length: 100_000 }, () => ({ Id: 'a' })),
        });
      },
      '100000 series came: expected the one that was asked for',
    ],
    [
      'more values than minutes',
      (at: FakeCloudWatch) => {
        const Timestamps = Array.from({ length: 5000 }, (_, index) => NOON + index);
        const one = { Id: 'asked', StatusCode: 'Complete', Timestamps, Values: Timestamps };
        at.twist.answer = () => ({ MetricDataResults: [one] });
      },
      'more values came than there are periods: expected at most 4',
    ],
    [
      'pages without end',
      (at: FakeCloudWatch) => {
        at.twist.answer = () => ({ MetricDataResults: [], NextToken: 'more' });
      },
      'its values did not end after 5 pages',
    ],
    [
      'part of the values',
      (at: FakeCloudWatch) => {
        at.twist.answer = () => ({ MetricDataResults: [{ Id: 'asked', StatusCode: 'PartialData' }] });
      },
      'its values are not complete: PartialData',
    ],
  ])('are no evidence where CloudWatch gives %s', async (_, after: (watch: FakeCloudWatch) => void, why) => {
    const judgement = await analyse({ metrics: [ERRORS] }, { after });
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.observed).toContain(why);
  });
});

describe('alarms', () => {
  const watched = { alarms: ['5xx'] };
  const red = (since: number) => (watch: FakeCloudWatch) =>
    watch.alarms.set('5xx', { state: 'ALARM', since });
  const ok = (watch: FakeCloudWatch) => watch.alarms.set('5xx', { state: 'OK', since: NOON - 9999 });

  it('pass when none is red for the whole time', async () => {
    expect(await analyse(watched, { before: ok, seconds: 180 })).toEqual({
      verdict: 'pass',
      expected: 'alarm 5xx not red',
      observed: 'alarm 5xx ok',
    });
    expect(await analyse(watched, { before: ok, seconds: 179 })).toMatchObject({
      verdict: 'inconclusive',
      observed: 'alarm 5xx ok; 179 s of 180 s observed',
    });
  });

  it('reject as soon as one turns red', async () => {
    expect(await analyse(watched, { before: ok, after: red(BEGUN + 9), seconds: 10 })).toMatchObject({
      verdict: 'fail',
      observed: 'alarm 5xx red since 2026-11-23T12:01:39.000Z; 10 s of 180 s observed',
    });
  });

  it('neither block nor blame where one was red before the change, and say so', async () => {
    expect(await analyse(watched, { before: red(NOON - 1) })).toMatchObject({
      verdict: 'pass',
      observed: 'alarm 5xx ignored: red since before the change',
    });
  });

  it('count one that turned red between the change and the analysis', async () => {
    expect(await analyse(watched, { before: red(NOON + 1) })).toMatchObject({ verdict: 'fail' });
  });

  it('count one that was red before, turned ok, and is red again', async () => {
    expect(await analyse(watched, { before: red(NOON - 1), after: red(BEGUN + 60) })).toMatchObject({
      verdict: 'fail',
      observed: 'alarm 5xx red since 2026-11-23T12:02:30.000Z',
    });
  });

  it('are no evidence where one does not exist or knows too little', async () => {
    expect(await analyse(watched, {})).toMatchObject({
      verdict: 'inconclusive',
      observed: 'alarm 5xx does not exist',
    });
    const dark = ({ alarms }: FakeCloudWatch) =>
      alarms.set('5xx', { state: 'INSUFFICIENT_DATA', since: NOON });
    expect(await analyse(watched, { before: ok, after: dark })).toMatchObject({
      verdict: 'inconclusive',
      observed: 'alarm 5xx has too little data',
    });
  });

  it('are no evidence where they were deleted meanwhile', async () => {
    const gone = ({ alarms }: FakeCloudWatch) => alarms.clear();
    expect(await analyse(watched, { before: ok, after: gone })).toMatchObject({ verdict: 'inconclusive' });
  });
});

it('says that CloudWatch did not answer, and that there is no AWS', async () => {
  const refused = ({ twist }: FakeCloudWatch) => {
    twist.status = 400;
    twist.answer = () => ({ __type: 'AccessDeniedException', message: 'no' });
  };
  await expect(analyse({ alarms: ['5xx'] }, { before: refused })).rejects.toMatchObject({
    code: 'Unreachable',
    message: 'cloudwatch did not answer: AccessDeniedException: no',
  });
  const stage = stageWith({ alarms: ['5xx'] });
  await expect(analysisKind.begin?.(stage, stageContext([shift, stage]))).rejects.toThrow(
    'the analysis names metrics or alarms of AWS, and there is no AWS here',
  );
});
