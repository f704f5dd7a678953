import { describe, expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { stagesOf } from '../../lib/pipeline/steps.ts';

const HEAD = `pipeline: storefront
environments:
  production:
    target: { kind: process, start: npm start, port: 8080 }
stages:
`;
const UNIT_TESTS = `  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
`;

function read(text: string) {
  return readPipeline(text, 'nonevent.yaml');
}

/** Place, code and message of everything found, as on a terminal. */
function linesOf(text: string): readonly string[] {
  return read(text).findings.map(
    ({ line, column, severity, code, message }) => `${line}:${column} ${severity} ${code} ${message}`,
  );
}

/** The stages of a text, each with what it does. */
function planOf(text: string): readonly string[] {
  const reading = read(text);
  return reading.ok ? stagesOf(reading.pipeline).map(({ name, kind }) => `${kind} ${name}`) : linesOf(text);
}

describe('a right file', () => {
  it('needs a name, a question and a command, and gets the rest', () => {
    expect(read(`pipeline: storefront\nstages:\n${UNIT_TESTS}`)).toEqual({
      ok: true,
      findings: [],
      more: 0,
      pipeline: {
        pipeline: 'storefront',
        environments: {},
        stages: [
          {
            kind: 'command',
            name: 'unit-tests',
            question: 'Do the unit tests pass?',
            expect: 30,
            timeout: 600,
            retries: 2,
            mode: 'enforcing',
            run: 'npm test',
            env: {},
          },
        ],
      },
    });
  });

  it('expands a canary and acquires the environment before it', () => {
    const canary = `  - name: rollout
    kind: canary
    steps: [10, 100]
    smoke: { path: /health }
    analysis: { for: 30s, minRequests: 50, errorRate: { max: 1% } }
`;
    expect(planOf(HEAD + UNIT_TESTS + canary)).toEqual([
      'command unit-tests',
      'acquire acquire-production',
      'place rollout-place',
      'http rollout-smoke',
      'shift rollout-10',
      'analysis rollout-10-analysis',
      'shift rollout-100',
      'analysis rollout-100-analysis',
    ]);
  });

  it('expands blue-green, with and without what may be left out', () => {
    const rollout = (more: string) => `${HEAD}${UNIT_TESTS}  - { name: rollout, kind: blueGreen${more} }\n`;
    const analysis = 'analysis: { for: 9s, minRequests: 5, p95: { max: 1s } }';
    expect(planOf(rollout('')).slice(2)).toEqual(['place rollout-place', 'shift rollout-100']);
    expect(planOf(rollout(`, smoke: { path: / }, ${analysis}`)).slice(2)).toEqual([
      'place rollout-place',
      'http rollout-smoke',
      'shift rollout-100',
      'analysis rollout-100-analysis',
    ]);
  });

  it('gives the time that sugar has for starting to the place stage', () => {
    const placed = (more: string) => {
      const reading = read(`${HEAD}${UNIT_TESTS}  - { name: rollout, kind: blueGreen${more} }\n`);
      return reading.ok ? stagesOf(reading.pipeline).find(({ kind }) => kind === 'place') : undefined;
    };
    expect(placed('')).toMatchObject({ expect: 10, timeout: 120 });
    expect(placed(', timeout: 20s')).toMatchObject({ expect: 10, timeout: 20 });
    expect(placed(', timeout: 5s')).toMatchObject({ expect: 5, timeout: 5 });
  });

  it('acquires each environment once, where its first change is', () => {
    const text = `pipeline: storefront
environments:
  staging: { target: { kind: process, start: npm start, port: 8081 } }
  production: { target: { kind: process, start: npm start, port: 8080 } }
stages:
${UNIT_TESTS}  - { name: flag, kind: custom, question: Is it on?, run: a, undo: b, environment: production }
  - { name: stage, kind: blueGreen, environment: staging }
  - { name: live, kind: blueGreen, environment: production }
`;
    expect(planOf(text)).toEqual([
      'command unit-tests',
      'acquire acquire-production',
      'custom flag',
      'acquire acquire-staging',
      'place stage-place',
      'shift stage-100',
      'place live-place',
      'shift live-100',
    ]);
  });

  it('lets a written time move the default of the other', () => {
    const times = (fields: string) => {
      const reading = read(`pipeline: x\nstages:\n${UNIT_TESTS}    ${fields}\n`);
      return reading.ok
        ? stagesOf(reading.pipeline).map(({ expect: expected, timeout }) => [expected, timeout])
        : [];
    };
    expect(times('timeout: 10s')).toEqual([[10, 10]]);
    expect(times('expect: 1h')).toEqual([[3600, 10_800]]);
    expect(times('expect: 500ms')).toEqual([[0.5, 600]]);
  });

  it('gives an analysis time to be extended once', () => {
    const stages = `${UNIT_TESTS}  - { name: start, kind: place }
  - { name: all, kind: shift, percent: 100 }
  - { name: look, kind: analysis, for: 2m, minRequests: 1, p95: { max: 1s } }
`;
    const reading = read(HEAD + stages);
    expect(reading.ok && stagesOf(reading.pipeline).at(-1)).toMatchObject({
      expect: 120,
      timeout: 300,
      for: 120,
    });
  });
});

describe('a wrong file', () => {
  it('gets all of its findings at once, in the order of the file', () => {
    const text = `pipeline: Store
environments:
  production:
    target: { kind: process, start: npm start, prt: 8080 }
stages:
  - name: unit-tests
    kind: comand
  - name: types
    kind: command
    run: npx tsc
    retries: 9
  - name: rollout
    kind: blueGreen
    environment: prod
`;
    expect(linesOf(text)).toEqual([
      '1:11 error NE205 pipeline is "Store": expected a name of lower-case letters, digits and hyphens, a letter first, at most 50 long',
      '4:5 error NE202 missing field "port" in environments.production.target',
      '4:48 error NE201 unknown field "prt" in environments.production.target',
      '7:11 error NE203 unknown stage kind "comand"',
      '8:5 error NE202 missing field "question" in a command stage',
      '11:14 error NE205 retries is 9: expected at most 5',
      '14:18 error NE208 unknown environment "prod"',
    ]);
  });

  it('gets a suggestion for a field, a kind, a choice and an environment', () => {
    const hint = (stage: string) =>
      read(`${HEAD}${UNIT_TESTS}${stage}\n`).findings.map((finding) => finding.hint);
    expect(hint('    retrys: 1')).toEqual(['did you mean retries?']);
    expect(hint('  - { name: a, kind: BlueGreen }')).toEqual(['did you mean blueGreen?']);
    expect(hint('    mode: enforced')).toEqual(['did you mean enforcing?']);
    expect(hint('  - { name: a, kind: blueGreen, environment: prodution }')).toEqual([
      'did you mean production?',
    ]);
    expect(hint('  - { name: a, kind: sandwich }')).toEqual([
      'known here: command, http, analysis, compatibility, parity, function, rehearsal, place, shift, flag, migrate, custom, canary, blueGreen',
    ]);
  });

  it('is told that no stage waits for a person', () => {
    expect(read(`${HEAD}${UNIT_TESTS}  - { name: ok, kind: approval }\n`).findings).toMatchObject([
      { code: 'NE203', hint: 'no stage waits for a person or a clock: ask the question with a check' },
    ]);
  });

  it('hears only of the type that it wrote where several are possible', () => {
    const analysis = (bound: string) =>
      linesOf(`${HEAD}${UNIT_TESTS}  - name: look
    kind: analysis
    for: 10s
    minRequests: 5
    errorRate: { max: ${bound} }
`);
    expect(analysis('1 percent')).toEqual([
      '14:23 error NE205 errorRate.max is "1 percent": expected a share such as 1% or 0.01',
    ]);
    expect(analysis('7')).toEqual(['14:23 error NE205 errorRate.max is 7: expected at most 1']);
    expect(analysis('[1]')).toEqual(['14:23 error NE204 errorRate.max is [1]: expected a number or text']);
  });

  it('is told at most 20 findings, and how many more there are', () => {
    const reading = read(`pipeline: x\nstages:\n${'  - { kind: nothing }\n'.repeat(50)}`);
    expect([reading.findings.length, reading.more]).toEqual([20, 30]);
  });

  it('hears of errors rather than warnings where there are too many', () => {
    const shadows = Array.from(
      { length: 30 },
      (_, index) => `  - { name: c${index}, kind: command, question: a?, run: b, expect: ${60 - index}s }\n`,
    ).join('');
    const { findings } = read(`${HEAD}${shadows}  - { name: c0, kind: command, question: a?, run: b }\n`);
    expect(findings.at(-1)).toMatchObject({ code: 'NE305', line: 36 });
  });

  it.each([
    ['a number', '5', '1:1 error NE204 the pipeline file is 5: expected fields'],
    ['a list', '- a', '1:1 error NE204 the pipeline file is ["a"]: expected fields'],
  ])('may be %s', (_what, text, line) => {
    expect(linesOf(text)).toEqual([line]);
  });

  it('may have stages that are no stages', () => {
    expect(linesOf('pipeline: x\nstages:\n  - 5\n  -\n  - []\n')).toEqual([
      '3:5 error NE204 a stage is 5: expected fields such as name and kind',
      '4:4 error NE204 a stage is empty: expected fields such as name and kind',
      '5:5 error NE204 a stage is []: expected fields such as name and kind',
    ]);
  });

  it('may name a stage as every deployment names its own states', () => {
    expect(linesOf(`pipeline: x\nstages:\n${UNIT_TESTS.replace('unit-tests', 'stuck')}`)).toEqual([
      '3:11 error NE205 name is "stuck": expected another name: requested, succeeded, failed, stuck, passed, deployment, rollback have a meaning in every deployment',
    ]);
  });

  it('may leave no room for the names that are made of its own', () => {
    const long = 'a'.repeat(38);
    expect(linesOf(`${HEAD}${UNIT_TESTS}  - { name: ${long}, kind: blueGreen }\n`)).toEqual([
      `10:13 error NE205 name is "${long}": expected a name of at most 37 characters here`,
    ]);
  });
});
