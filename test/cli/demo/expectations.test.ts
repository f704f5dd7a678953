import { expect, test } from 'vitest';
import { checkExpectations } from '../../../lib/cli/demo/expectations.ts';
import { measure } from '../../../lib/cli/demo/measures.ts';
import { BAD } from '../../../lib/cli/demo/plan.ts';
import type { Aftermath, DemoRecord, Deployed } from '../../../lib/cli/demo/record.ts';
import { summaryDocument, summaryLines } from '../../../lib/cli/demo/summary.ts';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { answerAt, BACK_FROM, BAD_FROM, sampleRecord } from './sample-record.ts';

const sample = sampleRecord();

function broken(record: DemoRecord): readonly string[] {
  return expectationsOf(record).flatMap(({ name, held }) => (held ? [] : [name]));
}

function expectationsOf(record: DemoRecord) {
  return checkExpectations(record, measure(record));
}

function withAftermath(changes: Partial<Aftermath>): DemoRecord {
  return { ...sample, aftermath: { ...sample.aftermath, ...changes } };
}

function withBad(change: (bad: Deployed) => Deployed): DemoRecord {
  return { ...sample, deployed: sample.deployed.map((each) => (each.planned === BAD ? change(each) : each)) };
}

test('hold where everything went as it should', () => {
  expect(broken(sample)).toEqual([]);
});

test('tell that a release ended otherwise', () => {
  const record = withBad((bad) => {
    const view = { ...bad.followed.view, outcome: 'succeeded' as const, failure: undefined };
    return {
      ...bad,
      followed: { ...bad.followed, view },
      replayed: { ...bad.replayed, view },
      execution: 'succeeded',
    };
  });
  expect(broken(record)).toEqual(['storefront 3.0.0']);
  expect(expectationsOf(record).find(({ held }) => !held)).toMatchObject({
    expected: 'rolledBack, rejected at release-10-analysis, naming error rate',
    observed: 'succeeded',
  });
});

test('tell that the bad release failed for want of evidence and not for what it did', () => {
  const record = withBad((bad) => {
    const { failure } = bad.followed.view;
    const view = {
      ...bad.followed.view,
      ...(failure && { failure: { ...failure, mode: 'inconclusive' as const } }),
    };
    return { ...bad, followed: { ...bad.followed, view }, replayed: { ...bad.replayed, view } };
  });
  expect(broken(record)).toEqual(['storefront 3.0.0']);
});

test('tell which releases were not reached', () => {
  const record = { ...sample, deployed: sample.deployed.slice(0, 1) };
  expect(
    expectationsOf(record)
      .slice(0, 3)
      .map(({ observed }) => observed),
  ).toEqual(['succeeded', 'not reached', 'not reached']);
  expect(broken(record)).toContain('traffic restored');
});

test('tell that another release than the good one answered after the rollback', () => {
  const record = { ...sample, answers: [...sample.answers, answerAt(BAD_FROM + 2500, { release: '3.0.0' })] };
  expect(broken(record)).toEqual(['traffic restored']);
});

test('tell that too few requests came after the rollback to know', () => {
  expect(broken({ ...sample, answers: sample.answers.slice(0, 100) })).toEqual(['traffic restored']);
});

test('tell that the router still gives the bad release a share', () => {
  const weights = { '2.1.0-22222222': 90, '3.0.0-33333333': 10 };
  expect(broken(withAftermath({ weights }))).toEqual(['router']);
});

test('tell that the bad release is still placed, or still listens', () => {
  const revisions = [...sample.aftermath.revisions, '3.0.0-33333333'];
  expect(broken(withAftermath({ revisions }))).toEqual(['bad release gone']);
  const badAddress = { address: 'http://127.0.0.1:20003', connects: true };
  expect(broken(withAftermath({ badAddress }))).toEqual(['bad release gone']);
});

test('tell that the known good one was not kept', () => {
  expect(broken(withAftermath({ revisions: ['2.1.0-22222222'] }))).toEqual(['known good']);
});

test('tell that a request failed during the rollback, or was answered by what had been rolled back', () => {
  const failed = answerAt(BACK_FROM + 30, { status: 502, release: undefined });
  expect(broken({ ...sample, answers: [...sample.answers, failed] })).toEqual(['rollback', 'everyone else']);
  const late = answerAt(BACK_FROM + 70, { release: '2.0.0' });
  expect(broken({ ...sample, answers: [...sample.answers, late] })).toEqual(['rollback']);
});

test('tell that the flag was seen too early, or never', () => {
  const flag = { flag: 'gift-wrapping', seenBefore: true, seenAfter: 12 };
  expect(broken({ ...sample, flag })).toEqual(['flag gift-wrapping']);
  expect(broken({ ...sample, flag: undefined })).toEqual(['flag gift-wrapping']);
});

test('tell that the old column is still there', () => {
  const environment = { ...sample.aftermath.environment, schemas: { products: { base: 3, changes: [] } } };
  expect(broken(withAftermath({ environment }))).toEqual(['schema']);
});

test('tell that a deployment failed for another reason than it should', () => {
  const deployed = sample.deployed.map((each) => {
    const { view } = each.followed;
    if (each.planned.fails === null || each.planned === BAD || view.failure === undefined) return each;
    const changed = { ...view, failure: { ...view.failure, observed: 'something else' } };
    return {
      ...each,
      followed: { ...each.followed, view: changed },
      replayed: { ...each.replayed, view: changed },
    };
  });
  expect(broken({ ...sample, deployed })).toEqual(['storefront 4.0.0', 'catalogue 1.3.0']);
});

test('tell that the lease was not given back', () => {
  const lease = { deployment: '3'.repeat(20) as never, pipeline: 'storefront', fence: 3 };
  const environment = { ...sample.aftermath.environment, lease };
  expect(broken(withAftermath({ environment }))).toEqual(['lease']);
});

test('tell that a replay or the execution came to another end', () => {
  expect(broken(withBad((bad) => ({ ...bad, execution: 'stuck' })))).toEqual(['replay']);
  expect(broken(withBad((bad) => ({ ...bad, replayed: { ...bad.replayed, state: ['failed'] } })))).toEqual([
    'replay',
  ]);
});

test('tell where a chain is broken', () => {
  const findings = [{ stream: 'deployment#3', seq: 7, problem: 'the hash is another' }];
  const record = withAftermath({ chain: { ...sample.aftermath.chain, findings } });
  expect(broken(record)).toEqual(['audit']);
  expect(expectationsOf(record).find(({ name }) => name === 'audit')?.observed).toBe(
    'deployment#3 seq 7: the hash is another',
  );
});

test('tell that a request failed which the bad canary cannot have answered', () => {
  const failure = answerAt(5100, { status: undefined, release: undefined, error: 'socket hang up' });
  const record = { ...sample, answers: [failure, ...sample.answers] };
  expect(broken(record)).toEqual(['everyone else']);
  expect(expectationsOf(record).at(-1)?.observed).toBe(
    '1 of 127 requests failed, first / at 2026-11-23T10:00:05.100Z: socket hang up',
  );
});

test('tell that a good release answered with a failure during the canary', () => {
  const record = { ...sample, answers: [answerAt(BAD_FROM + 900, { status: 502 }), ...sample.answers] };
  expect(broken(record)).toEqual(['bad canary']);
});

test('are told to people with what was seen instead', () => {
  const record = withAftermath({ revisions: ['2.1.0-22222222'] });
  const measures = measure(record);
  const summary = { record, measures, expectations: checkExpectations(record, measures), kept: undefined };
  const lines = summaryLines(summary, PLAIN);
  expect(lines).toContain(
    '  ✔ held   lease                          taken 9 times, given back 9 times, now free',
  );
  expect(lines).toContain('  ✖ broken known good                     expected 1.0.0 is kept placed');
  expect(lines).toContain(
    '                                          observed 1.0.0 is known good, placed are 2.1.0-22222222',
  );
  expect(lines.at(-1)).toBe('✖ the demo failed  1 of 24 expectations did not hold: known good');
});

test('are told to machines with the measures', () => {
  const measures = measure(sample);
  const summary = {
    record: sample,
    measures,
    expectations: checkExpectations(sample, measures),
    kept: undefined,
  };
  expect(summaryDocument(summary)).toMatchObject({
    held: true,
    requests: 126,
    failedDuringBadCanary: 2,
    failedOtherwise: 0,
    badCanaryRestoredAfterMilliseconds: 40,
    rollForwardMilliseconds: 3200,
    rollbackTrafficMilliseconds: 50,
    rollbackMilliseconds: 90,
    rollbackRatio: 50 / 3200,
    flag: { flag: 'gift-wrapping', seenBefore: false, seenAfter: 12 },
    kept: null,
  });
});
