import { describe, expect, it } from 'vitest';
import { controlsOf } from '../../../lib/audit/report/controls.ts';
import type { AuditReport } from '../../../lib/audit/report/report.ts';
import { RECORD, REPORT, TESTS } from './sample-report.ts';

const control = (index: number, changed: Partial<AuditReport>) =>
  controlsOf({ ...REPORT, ...changed }).at(index);

it('answers five questions, all in order where nothing is an exception but who did, which a person compares with who may', () => {
  expect(controlsOf(REPORT).map(({ question, tone }) => [question, tone])).toEqual([
    ['Who may deploy, and who did?', 'attention'],
    ['Was every change tested?', 'good'],
    ['Was anything bypassed?', 'good'],
    ['Can it be reversed?', 'good'],
    ['Is the record intact?', 'good'],
  ]);
});

it('counts what each actor asked for, through what, and who stopped', () => {
  const rollback = { ...RECORD, kind: 'rollback' as const, stop: { actor: 'eve', reason: 'no' } };
  expect(control(0, { deployments: [RECORD, RECORD, rollback] })).toMatchObject({
    answer: expect.stringMatching(/^1 actor asked for 3 deployments\./),
    facts: ['ada, through cli: 2 releases, 1 rollback', 'eve stopped 11111111: no'],
  });
});

describe('whether every change was tested', () => {
  it('names a deployment that changed something before its checks had passed', () => {
    const untested = { ...RECORD, testing: { kind: 'untested', missing: ['unit-tests'] } as const };
    const nothing = { ...RECORD, testing: { kind: 'untested', missing: [] } as const };
    expect(control(1, { deployments: [RECORD, untested, nothing] })).toMatchObject({
      tone: 'bad',
      answer: expect.stringMatching(/^1 of 3 deployments that changed something had passed every/),
      facts: [
        '0 ended or stand before any change; 0 returned to what had been live before',
        '11111111 storefront 1.0.0: unit-tests had not passed when it first changed something',
        '11111111 storefront 1.0.0: no enforcing check stands before its first change',
      ],
    });
  });

  it('does not count one that came to no change', () => {
    const stopped = { ...RECORD, testing: { kind: 'changedNothing' } as const };
    expect(control(1, { deployments: [stopped] })).toMatchObject({
      tone: 'good',
      answer: expect.stringMatching(/^0 of 0 deployments/),
      facts: ['1 ended or stand before any change; 0 returned to what had been live before'],
    });
  });
});

it('lists verdicts that were passed on, flags set by hand, and what is stuck', () => {
  const smoke = {
    ...TESTS,
    stage: 'smoke',
    mode: 'shadow' as const,
    verdict: 'fail',
    expected: 'status 200',
    observed: 'status 500',
  };
  const flag = {
    environment: 'production',
    flag: 'search',
    value: true,
    actor: 'bob',
    reason: 'try it',
    seq: 3,
    at: '2026-11-23T04:10:00.000Z',
  };
  const freed = {
    environment: 'production',
    deployment: RECORD.deployment,
    fence: 4,
    actor: 'ada',
    reason: 'restored by hand',
    at: '2026-11-23T05:00:00.000Z',
  };
  expect(
    control(2, {
      deployments: [{ ...RECORD, questions: [TESTS, smoke], outcome: 'stuck' }],
      manualFlagChanges: [flag],
      freedLeases: [freed],
    }),
  ).toMatchObject({
    tone: 'attention',
    answer: expect.stringMatching(
      /^1 verdict against a release did not stop it, 1 flag change and 1 freed lease by hand, 1 stuck\./,
    ),
    facts: [
      '11111111 storefront 1.0.0: smoke (shadow) came to fail (expected status 200, observed status 500), and it went on',
      '2026-11-23 04:10:00Z bob set search in production to true: try it',
      '2026-11-23 05:00:00Z ada took the lease of production from 11111111, which was stuck: restored by hand',
      '11111111 storefront 1.0.0 is stuck: what it changed could not all be taken back',
    ],
  });
});

it('says how long it took to take things back, and what cannot be rolled back now', () => {
  const back = { ...RECORD, outcome: 'rolledBack' as const, tookBackMs: 2100 };
  const asked = { ...back, kind: 'rollback' as const, tookBackMs: 800 };
  const refused = { ...RECORD, kind: 'rollback' as const, outcome: 'failed' as const };
  expect(
    control(3, {
      deployments: [back, asked, refused],
      readiness: [
        {
          environment: 'production',
          pipeline: 'storefront',
          readiness: { ready: false, blocking: ['nothing of storefront was live before 1.0.0'] },
        },
      ],
    }),
  ).toMatchObject({
    tone: 'attention',
    answer:
      'Taken back: 1 after a failure, by themselves, and 1 on request, the slowest in 2.1s. Not taken back: 1 rollback refused, 0 stuck.',
    facts: [
      'storefront in production, as of this report: cannot be rolled back, as nothing of storefront was live before 1.0.0',
      '11111111 storefront 1.0.0: taken back in 2.1s',
      '11111111 storefront 1.0.0 rollback: taken back in 800ms',
      '11111111 storefront 1.0.0 rollback: refused',
    ],
  });
});

describe('whether the record is intact', () => {
  it('names what was found', () => {
    const findings = [{ stream: 'deployment#x', seq: 3, problem: 'it was changed' }];
    expect(control(4, { record: { ...REPORT.record, findings } })).toMatchObject({
      tone: 'bad',
      answer: expect.stringMatching(/^No: 1 place in it cannot be what was written\./),
      facts: [
        'deployment#x seq 3: it was changed',
        expect.stringMatching(/^last seal: seal#1 of 2026-11-23T05:00:00.000Z, hash b{64}, key c{64}$/),
        '0 commits newer than the last seal',
      ],
    });
  });

  it('is not all in order where something is not sealed', () => {
    expect(control(4, { record: { ...REPORT.record, unsealed: 2 } })?.tone).toBe('attention');
    expect(control(4, { record: { ...REPORT.record, newestSeal: undefined } })).toMatchObject({
      tone: 'attention',
      facts: ['nothing is sealed yet, so that the newest commits could be cut off without a trace'],
    });
  });
});
