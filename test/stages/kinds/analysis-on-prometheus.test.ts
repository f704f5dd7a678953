import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentEvent } from '../../../lib/history/events.ts';
import { event } from '../../../lib/history/events.ts';
import { type AnalysisStage, analysisStage } from '../../../lib/pipeline/kinds/analysis.ts';
import { readPipeline } from '../../../lib/pipeline/read-pipeline.ts';
import type { Json } from '../../../lib/stages/kind.ts';
import { analysisKind } from '../../../lib/stages/kinds/analysis.ts';
import { memoryTarget } from '../memory-target.ts';
import { OURS, stageContext } from '../stage-context.ts';

const THEIRS = '1.0.0-aaaaaaaa';

/** What each revision answers at /metrics; a number is a status. */
const answers = new Map<string, Said>();
const origins = new Map<string, string>();
const servers = [OURS, THEIRS].map((revision) => ({
  revision,
  server: createServer((request, response) => {
    const answer = request.url === '/metrics' ? (answers.get(revision) ?? 404) : 404;
    response.writeHead(typeof answer === 'number' ? answer : 200);
    response.end(typeof answer === 'number' ? '' : answer);
  }),
}));
beforeAll(async () => {
  for (const { revision, server } of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origins.set(revision, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
});
afterAll(async () => {
  for (const { server } of servers) {
    server.close();
    await once(server, 'close');
  }
});

function stageWith(...metrics: readonly object[]): AnalysisStage {
  return analysisStage.parse({
    kind: 'analysis',
    name: 'watch',
    question: 'Is it well?',
    expect: '1m',
    timeout: '3m',
    environment: 'production',
    for: '1m',
    metrics: metrics.map(({ name = 'depth', labels = {}, type = 'gauge', ...bounds }: Written) => ({
      prometheus: { name, labels, type },
      ...bounds,
    })),
  });
}
type Written = { name?: string; labels?: object; type?: string };
type Said = string | number;

/** Begins, changes what the revisions say, and judges some seconds later. */
async function analyse(
  stage: AnalysisStage,
  said: { ours: Said; before?: Said; theirs?: Said; seconds?: number; isFirst?: boolean },
) {
  const target = memoryTarget([OURS, THEIRS], said.isFirst === true ? {} : { [THEIRS]: 90, [OURS]: 10 });
  for (const [revision, origin] of origins) target.serveAt(revision, origin);
  answers.set(THEIRS, said.theirs ?? 404);
  let now = 1_000_000;
  const context = { ...stageContext([stage], { targets: target.targets }), now: () => now };
  answers.set(OURS, said.before ?? said.ours);
  const begun = (await analysisKind.begin?.(stage, context)) ?? null;
  answers.set(OURS, said.ours);
  now += (said.seconds ?? 60) * 1000;
  const { evidence } = await analysisKind.observe(stage, context, JSON.parse(JSON.stringify(begun)) as Json);
  return analysisKind.judge(stage, JSON.parse(JSON.stringify(evidence)) as Json);
}

describe('a gauge', () => {
  it('passes within its bounds, when the whole time was observed', async () => {
    const stage = stageWith({ labels: { queue: 'mail' }, max: 5, min: 0 });
    const ours = 'depth{queue="mail"} 5\n';
    expect(await analyse(stage, { ours })).toEqual({
      verdict: 'pass',
      expected: 'depth{queue="mail"} <= 5 and >= 0',
      observed: 'depth{queue="mail"} 5',
    });
    expect(await analyse(stage, { ours, seconds: 59 })).toMatchObject({
      verdict: 'inconclusive',
      observed: 'depth{queue="mail"} 5; 59 s of 60 s observed',
    });
  });

  it('rejects at once when it is out of bounds', async () => {
    expect(await analyse(stageWith({ max: 5 }), { ours: 'depth 6', seconds: 1 })).toMatchObject({
      verdict: 'fail',
      observed: 'depth 6; 1 s of 60 s observed',
    });
    expect(await analyse(stageWith({ min: 1 }), { ours: 'depth 0' })).toMatchObject({ verdict: 'fail' });
  });

  it('is no evidence where it is not told, makes no sense, or cannot be read', async () => {
    const hostile: readonly (readonly [Said, string])[] = [
      ['other 1', 'the new revision does not tell it'],
      ['', 'the new revision does not tell it'],
      ['depth NaN', 'a value makes no sense: NaN'],
      ['depth 1e308', 'a value makes no sense: 1e+308'],
      ['depth 1\ndepth 1', 'a series is there twice'],
      ['other{n="x"} 1\n'.repeat(20_000), 'more than 10000 series'],
      [`# ${'x'.repeat(1024 * 1024)}\ndepth 1`, '/metrics answers with more than 1 MB'],
      [503, '/metrics answers with status 503'],
    ];
    for (const [ours, why] of hostile)
      expect(await analyse(stageWith({ max: 1e300 }), { ours, before: 'depth 1' })).toEqual({
        verdict: 'inconclusive',
        expected: 'depth <= 1e+300',
        observed: `depth: ${why}`,
      });
  });
});

describe('a counter', () => {
  const stage = stageWith({ type: 'counter', max: 0.5 });

  it('is held by its growth per second since the beginning, over all series that are meant', async () => {
    const before = 'depth{code="500"} 100\n';
    const ours = 'depth{code="500"} 120\ndepth{code="503"} 10\n';
    expect(await analyse(stage, { before, ours })).toEqual({
      verdict: 'pass',
      expected: 'depth <= 0.5 per second',
      observed: 'depth has grown by 30 in 60 s',
    });
    expect(await analyse(stage, { before, ours: 'depth{code="500"} 131\n' })).toMatchObject({
      verdict: 'fail',
    });
    const idle = stageWith({ type: 'counter', min: 0.5 });
    expect(await analyse(idle, { before, ours: 'depth{code="500"} 129\n' })).toMatchObject({
      verdict: 'fail',
    });
  });

  it('rejects early only what can no more be made good', async () => {
    const at = (grown: number) => analyse(stage, { before: 'depth 0', ours: `depth ${grown}`, seconds: 2 });
    expect(await at(30)).toMatchObject({ verdict: 'inconclusive' });
    expect(await at(31)).toMatchObject({ verdict: 'fail' });
  });

  it('that begins anew, or of which the beginning is not known, is no evidence; one that begins is', async () => {
    expect(await analyse(stage, { before: 'depth 9', ours: 'depth 1' })).toMatchObject({
      verdict: 'inconclusive',
      observed: 'depth: the counter began anew',
    });
    expect(await analyse(stage, { before: 500, ours: 'depth 1' })).toMatchObject({ verdict: 'inconclusive' });
    expect(await analyse(stage, { before: 'other 1', ours: 'depth 1' })).toMatchObject({ verdict: 'pass' });
  });
});

describe('a revision that crashed meanwhile', () => {
  const stage = stageWith({ type: 'counter', max: 0.5 });

  /** Looks once for each thing that is said, each a second after the other; the last look is when the time is over. */
  async function looks(said: readonly string[], exits = 0) {
    const target = memoryTarget([OURS, THEIRS], { [THEIRS]: 90, [OURS]: 10 });
    for (const [revision, origin] of origins) target.serveAt(revision, origin);
    let now = 1_000_000;
    const given = { targets: target.targets, now: () => now };
    answers.set(OURS, 'depth 0');
    const capture = (await analysisKind.begin?.(stage, stageContext([stage], given))) ?? null;
    target.exit(OURS, exits);
    const events: DeploymentEvent[] = [
      event('DeploymentStarted', { entry: 'forward' }),
      event('StageStarted', { stage: 'watch', attempt: 1, capture: capture as never }),
    ];
    let judgement = analysisKind.judge(stage, null);
    for (const [index, each] of said.entries()) {
      answers.set(OURS, each);
      now = index === said.length - 1 ? 1_060_000 : now + 1000;
      const { evidence } = await analysisKind.observe(
        stage,
        stageContext([stage], { ...given, events }),
        capture,
      );
      judgement = analysisKind.judge(stage, evidence);
      events.push(event('StageMeasured', { stage: 'watch', attempt: 1, evidence, judgement }));
    }
    return judgement;
  }

  it('is seen by its counter, which is at less than it had been, also when that has grown again', async () => {
    expect(await looks(['depth 20', 'depth 3'])).toMatchObject({
      verdict: 'inconclusive',
      observed: 'depth: the counter began anew',
    });
    expect(await looks(['depth 20', 'depth 3', 'depth 25'])).toMatchObject({ verdict: 'inconclusive' });
    expect(await looks(['depth 20', 'depth 20', 'depth 25'])).toMatchObject({ verdict: 'pass' });
  });

  it('is rejected, though its metrics are well', async () => {
    expect(await looks(['depth 3'], 1)).toMatchObject({
      verdict: 'fail',
      expected: 'no exit and depth <= 0.5 per second',
      observed: 'the new revision ended by itself once; depth has grown by 3 in 60 s',
    });
  });
});

describe('a bound on what is live', () => {
  const ratio = stageWith({ maxRatio: 1.5 });

  it('compares with what the live revision tells at the same time', async () => {
    expect(await analyse(ratio, { ours: 'depth 15', theirs: 'depth 10' })).toEqual({
      verdict: 'pass',
      expected: 'depth <= 1.5 x live',
      observed: 'depth 15, live: 10',
    });
    expect(await analyse(ratio, { ours: 'depth 16', theirs: 'depth 10' })).toMatchObject({ verdict: 'fail' });
    const increase = stageWith({ maxIncrease: 2 });
    expect(await analyse(increase, { ours: 'depth 2', theirs: 'depth 0' })).toMatchObject({
      verdict: 'pass',
    });
    expect(await analyse(increase, { ours: 'depth 3', theirs: 'depth 0' })).toMatchObject({
      verdict: 'fail',
    });
  });

  it('is not held where the live revision tells nothing, or nothing to take a share of', async () => {
    for (const theirs of ['other 1', 'depth NaN', 'depth 0', 500])
      expect(await analyse(ratio, { ours: 'depth 1', theirs })).toMatchObject({ verdict: 'inconclusive' });
  });

  it('leaves it to the other bounds at a first deployment, and to nothing where there is none', async () => {
    const first = { ours: 'depth 1', isFirst: true };
    expect(await analyse(ratio, first)).toMatchObject({
      verdict: 'inconclusive',
      observed: 'depth 1, nothing is live to compare with',
    });
    expect(await analyse(stageWith({ maxRatio: 2, max: 1 }), first)).toMatchObject({ verdict: 'pass' });
    expect(await analyse(stageWith({ maxRatio: 2, max: 0 }), first)).toMatchObject({ verdict: 'fail' });
  });
});

it('is refused in a file for a counter, and an entry is read as what it is', () => {
  const process = '{ kind: process, start: npm start, port: 8080 }';
  const read = (metric: string, target = process) =>
    readPipeline(
      `pipeline: shop
environments: { production: { target: ${target} } }
stages: [{ name: watch, kind: analysis, for: 1m, metrics: [${metric}] }]
`,
      'nonevent.yaml',
    ).findings.map(({ code, message }) => `${code} ${message}`);
  expect(read('{ prometheus: { name: depth }, max: 5 }')).toEqual([]);
  expect(read('{ prometheus: { name: depth, tpye: gauge }, max: 5 }')).toEqual([
    'NE201 unknown field "tpye" in metrics.0.prometheus',
  ]);
  expect(read('{ prometheus: { name: depth }, maxx: 5 }')).toContain(
    'NE201 unknown field "maxx" in metrics.0',
  );
  expect(read('{ namespace: AWS/Lambda, metric: Errors, statistic: Sum, maxx: 5 }')).toContain(
    'NE201 unknown field "maxx" in metrics.0',
  );
  expect(read('{ prometheus: { name: depth, type: counter }, maxRatio: 5 }')[0]).toMatch(
    /expected max or min: how fast a counter grows depends on/,
  );
  const alias = '{ kind: lambdaAlias, function: shop, alias: live }';
  expect(read('{ prometheus: { name: depth }, max: 5 }', alias)).toContainEqual(
    expect.stringMatching(/^NE340 watch asks revisions of a target of kind lambdaAlias for their metrics/),
  );
});
