import { describe, expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

const HEAD = `pipeline: storefront
environments:
  staging: { target: { kind: process, start: npm start, port: 8081 } }
  production: { target: { kind: process, start: npm start, port: 8080 } }
stages:
`;

/** Line, code and message of what is found in these stages; the first of them is line 6. */
function lint(...stages: readonly string[]): readonly string[] {
  const text = `${HEAD}${stages.map((stage) => `  - { ${stage} }\n`).join('')}`;
  return readPipeline(text, 'nonevent.yaml').findings.map(
    ({ line, code, message }) => `${line} ${code} ${message}`,
  );
}

const command = (name: string, more = '') =>
  `name: ${name}, kind: command, question: Is it good?, run: test${more}`;
const place = (name: string, environment = 'production') =>
  `name: ${name}, kind: place, environment: ${environment}`;
const shift = (name: string, percent: number, environment = 'production') =>
  `name: ${name}, kind: shift, percent: ${percent}, environment: ${environment}`;
const blueGreen = (name: string, environment = 'production') =>
  `name: ${name}, kind: blueGreen, environment: ${environment}`;

describe('costs', () => {
  it('does not compare checks with a change between them', () => {
    expect(lint(command('a', ', expect: 50s'), blueGreen('b'), command('c', ', expect: 5s'))).toEqual([]);
  });

  it('does not compare a command with the one that made the artifact it works on', () => {
    expect(lint(command('build', ', expect: 50s, artifact: dist'), command('test', ', expect: 5s'))).toEqual(
      [],
    );
  });

  it('compares an http check with a build before it, because it needs no artifact', () => {
    const page = 'name: page, kind: http, url: "https://example.com/"';
    expect(lint(command('build', ', expect: 50s, artifact: dist'), page)).toEqual([
      '6 NE302 build (50s) runs before page (2s): the cheaper check first',
    ]);
  });

  it('compares each costly check once', () => {
    expect(
      lint(command('a', ', expect: 50s'), command('b', ', expect: 40s'), command('c', ', expect: 5s')),
    ).toEqual([
      '6 NE302 a (50s) runs before b (40s): the cheaper check first',
      '7 NE302 b (40s) runs before c (5s): the cheaper check first',
    ]);
  });

  it('takes the quickest check of a parallel group for the first verdict', () => {
    const group = (quick: string) =>
      `parallel: tests, stages: [{ ${command('a', ', expect: 6m')} }, { ${command('b', `, expect: ${quick}`)} }, { ${command('d', ', expect: 6m')} }]`;
    expect(lint(group('1m'), command('c', ', expect: 6m'))).toEqual([]);
    expect(lint(group('5500ms'), command('c', ', expect: 6m'))).toEqual([]);
    expect(lint(group('301s'), command('c', ', expect: 6m'))).toEqual([
      '6 NE303 the first verdict is expected after 5m 1s: expected at most 5m',
    ]);
  });

  it('does not mind a check of a minute that takes most of a short pipeline', () => {
    expect(lint(command('a', ', expect: 1s'), command('b', ', expect: 1m'))).toEqual([]);
    expect(lint(command('a', ', expect: 1s'), command('b', ', expect: 61s'))).toEqual([
      '7 NE304 b is expected to take 1m 1s of 1m 2s: expected at most half',
    ]);
  });
});

describe('names', () => {
  it('finds a name that sugar makes, and speaks at the name that was written', () => {
    expect(lint(command('a'), command('live-place'), blueGreen('live'))).toEqual([
      '7 NE305 the name "live-place" is given twice, one of them made by the pipeline itself',
    ]);
  });

  it('finds the name of the stage that takes a lease', () => {
    expect(lint(command('acquire-production'), blueGreen('live'))).toEqual([
      '6 NE305 the name "acquire-production" is given twice, one of them made by the pipeline itself',
    ]);
  });

  it('finds the name of a group and names in it', () => {
    const group = (name: string, first: string) =>
      `parallel: ${name}, stages: [{ ${command(first)} }, { ${command('d')} }]`;
    expect(lint(command('a'), group('a', 'b'))).toEqual(['7 NE305 the name "a" is given twice']);
    expect(lint(command('a'), group('g', 'g'))).toEqual(['7 NE305 the name "g" is given twice']);
    expect(lint(group('g', 'a'), command('a'))).toEqual(['7 NE305 the name "a" is given twice']);
  });
});

describe('traffic', () => {
  it('wants the place stage in the same environment', () => {
    expect(lint(command('a'), place('b', 'staging'), shift('c', 100), shift('d', 100, 'staging'))).toEqual([
      '8 NE307 c needs a new revision in production: expected a place stage before it',
    ]);
  });

  it('lets a path be asked through the router before anything is placed', () => {
    const page = (through: string) =>
      `name: page, kind: http, url: /health, environment: production, through: ${through}`;
    expect(lint(page('router'), blueGreen('live'))).toEqual([]);
    expect(lint(page('revision'), blueGreen('live'))).toEqual([
      '6 NE307 page needs a new revision in production: expected a place stage before it',
    ]);
  });

  it('counts shares anew for every revision that is placed', () => {
    expect(lint(command('a'), blueGreen('b'), place('c'), shift('d', 10), shift('e', 100))).toEqual([]);
  });

  it('wants all of the traffic at the end, not once', () => {
    expect(lint(command('a'), place('b'), shift('c', 100), shift('d', 50))).toEqual([
      '7 NE309 the revision of b ends with 50 % of the traffic in production: expected 100 %',
      '9 NE308 d goes down from 100 % to 50 %: expected shares that rise',
    ]);
    expect(lint(command('a'), place('b'))).toEqual([
      '7 NE309 the revision of b ends with 0 % of the traffic in production: expected 100 %',
    ]);
  });
});

describe('APIs', () => {
  const HEAD_WITH_APIS = HEAD.replace('environments:', 'apis: { provides: { catalog: [1] } }\nenvironments:');
  const lintApis = (...stages: readonly string[]) =>
    readPipeline(
      `${HEAD_WITH_APIS}${stages.map((stage) => `  - { ${stage} }\n`).join('')}`,
      'nonevent.yaml',
    ).findings.map(({ line, code, message, hint }) => `${line} ${code} ${message}; ${hint}`);
  const fits = (environment: string) =>
    `name: fits-${environment}, kind: compatibility, environment: ${environment}`;

  it('are to be held in each environment that gets traffic', () => {
    expect(lintApis(command('a'), fits('staging'), blueGreen('b', 'staging'), blueGreen('c'))).toEqual([
      '10 NE312 nothing holds the apis of this release before it gets traffic in production; put a compatibility stage right before c-place',
    ]);
  });

  it('are to be held under the lease: an early check is not enough', () => {
    expect(lintApis(fits('production'), command('a'), blueGreen('b'))).toEqual([
      '9 NE312 fits-production holds the apis before the lease of production is taken, so what it saw may change; put a compatibility stage right before b-place',
    ]);
    expect(lintApis(command('a'), fits('production'), blueGreen('b'))).toEqual([]);
  });

  it('may be held between the first change and the first shift', () => {
    expect(lintApis(command('a'), place('b'), fits('production'), shift('c', 100))).toEqual([]);
    expect(lintApis(command('a'), place('b'), shift('c', 100), fits('production'))).toHaveLength(1);
  });

  it('may be held first of all, with nothing but the lease before it', () => {
    expect(lintApis(fits('production'), blueGreen('b'))).toEqual([]);
  });
});

describe('a bound on the error rate', () => {
  const rollout = (errorRate: string) =>
    `name: rollout, kind: canary, environment: production, steps: [10, 100], analysis: { for: 1m, minRequests: 20, errorRate: ${errorRate} }`;

  it('that no rate is above is found once, whatever the number of steps', () => {
    expect(lint(command('a'), rollout('{ max: 1 }'))).toEqual([
      '7 NE314 max is 100 %, which no error rate is above: expected less',
    ]);
    expect(lint(command('a'), rollout('{ max: 100%, maxIncrease: 1 }'))).toEqual([
      '7 NE314 max is 100 %, which no error rate is above: expected less',
      '7 NE314 maxIncrease is 100 %, which no error rate is above: expected less',
    ]);
    expect(lint(command('a'), rollout('{ max: 1%, maxIncrease: 0.99 }'))).toEqual([]);
  });

  it('is found in an analysis that is a stage of its own', () => {
    const look =
      'name: look, kind: analysis, environment: production, for: 1m, minRequests: 1, errorRate: { maxIncrease: 1 }';
    expect(lint(command('a'), blueGreen('b'), look)).toEqual([
      '8 NE314 maxIncrease is 100 %, which no error rate is above: expected less',
    ]);
  });
});

it('wants an analysis to have the time that it observes', () => {
  const look = `name: look, kind: analysis, environment: production, for: 2m, minRequests: 1, p95: { max: 1s }`;
  expect(lint(command('a'), blueGreen('b'), `${look}, expect: 10s, timeout: 60s`)).toEqual([
    '8 NE306 the timeout of look is 1m: expected at least 2m, the time it takes',
  ]);
});

it('is content with one enforcing check among shadows', () => {
  expect(lint(command('a', ', mode: shadow'), command('b', ', mode: advisory'))).toEqual([
    '6 NE310 no check is enforcing, so none can stop a deployment',
  ]);
  expect(lint(command('a', ', mode: shadow'), command('b'))).toEqual([]);
});

it('gives the pipeline together with its warnings, and not together with its errors', () => {
  const warned = `${HEAD}  - { ${command('a', ', mode: shadow')} }\n`;
  expect(readPipeline(warned, 'nonevent.yaml')).toMatchObject({
    ok: true,
    findings: [{ severity: 'warning' }],
  });
  expect(readPipeline(`${HEAD}  - { ${blueGreen('a')} }\n`, 'nonevent.yaml')).not.toHaveProperty('pipeline');
});
