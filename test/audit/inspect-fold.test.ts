import { describe, expect, it } from 'vitest';
import { byteRangeOf } from '../../lib/audit/byte-range.ts';
import type { Finding } from '../../lib/audit/finding.ts';
import { inspectFold } from '../../lib/audit/inspect-fold.ts';
import type { Commit, StreamName } from '../../lib/history/event-store.ts';
import { type Event, event } from '../../lib/history/events.ts';
import {
  ENVIRONMENT,
  FIRST,
  FIRST_STREAM,
  IS_ROLLED_BACK,
  PRODUCTION,
  SECOND,
  SECOND_STREAM,
  SUCCEEDS,
} from './sample-history.ts';

/** What the fold finds in a stream of these commits; their chain is another matter. */
function inspect(stream: StreamName, commits: readonly (readonly Event[])[]): Finding | undefined {
  const inspector = inspectFold(stream);
  for (const [index, events] of commits.entries()) {
    const found = inspector.commit(commitOf(stream, index + 1, events));
    if (found !== undefined) return found;
  }
  return inspector.end({ stream, seq: commits.length, hash: '' });
}

function commitOf(stream: StreamName, seq: number, events: readonly Event[]): Commit {
  const at = '2026-11-23T04:00:00.000Z';
  return { stream, seq, at, commit: String(seq), prev: '', hash: '', body: JSON.stringify(events), events };
}

const leaseData = (fence: number) => ({ deployment: FIRST, pipeline: 'storefront', fence });
const lease = (fence: number) => event('LeaseAcquired', leaseData(fence));
const ask = (deployment: typeof FIRST) =>
  event('LeaseRequested', { deployment, pipeline: 'storefront', requestedAt: '2026-11-23T04:00:00.000Z' });
const left = (deployment: typeof FIRST) => event('LeaseQueueLeft', { deployment, because: 'withdrawn' });
const freed = (fence: number) =>
  event('LeaseFreed', { deployment: FIRST, fence, actor: 'ada', reason: 'restored' });
const cooled = (revision: string) =>
  event('RevisionCooled', { pipeline: 'storefront', revision, deployment: FIRST });
const release = (fence: number) => event('LeaseReleased', { deployment: FIRST, fence });

describe('a deployment', () => {
  it.each([
    [FIRST_STREAM, SUCCEEDS],
    [SECOND_STREAM, IS_ROLLED_BACK],
    [FIRST_STREAM, SUCCEEDS.slice(0, 5)],
  ] as const)('that went by its machine has no finding: %s', (stream, commits) => {
    expect(inspect(stream, commits)).toBeUndefined();
  });

  it('with an event where it is not legal is found at that event', () => {
    const commits = SUCCEEDS.with(3, [
      event('StopRequested', { actor: 'eve', reason: 'x' }),
      event('StagePassed', {
        stage: 'place',
        attempt: 1,
        evidence: {},
        judgement: { verdict: 'pass', expected: '', observed: '' },
      }),
    ]);
    expect(inspect(FIRST_STREAM, commits)).toEqual({
      stream: FIRST_STREAM,
      seq: 4,
      problem: 'commit 4 records place.passed in state acquire-production, where it is not legal',
      bytes: { from: 68, to: 206 },
    });
  });

  it('that records an event of an environment is found', () => {
    expect(inspect(FIRST_STREAM, [...SUCCEEDS.slice(0, 3), [lease(1)]])).toMatchObject({
      seq: 4,
      problem: 'commit 4 records LeaseAcquired in state acquire-production, where it is not legal',
    });
  });

  it('whose closing summary says something else than its events is found at the summary', () => {
    const closing = IS_ROLLED_BACK.length - 1;
    const said = event('DeploymentRolledBack', {
      summary: { stages: { place: 'passed' }, failedStage: null },
    });
    expect(inspect(SECOND_STREAM, IS_ROLLED_BACK.with(closing, [said]))).toEqual({
      stream: SECOND_STREAM,
      seq: 15,
      problem:
        'its summary is {"stages":{"place":"passed"},"failedStage":null}, but the events before it come to {"stages":{"unit-tests":"passed","acquire-production":"undone","place":"undone","smoke":"passed","watch":"failed"},"failedStage":"watch"}',
      bytes: { from: 1, to: 106 },
    });
  });

  it('that stands in the stream of another is found at its opening', () => {
    expect(inspect(SECOND_STREAM, SUCCEEDS)).toMatchObject({
      seq: 1,
      problem: `it opens deployment ${FIRST}, expected that of ${SECOND_STREAM}`,
    });
  });

  it('whose pinned definition is not the one of its digest is found at its opening', () => {
    const [opening] = SUCCEEDS[0] ?? [];
    if (opening?.type !== 'DeploymentRequested') throw new Error('expected an opening');
    const forged = { ...opening, data: { ...opening.data, pipelineDigest: opening.data.release.artifact } };
    expect(inspect(FIRST_STREAM, SUCCEEDS.with(0, [forged]))).toMatchObject({
      seq: 1,
      problem: expect.stringMatching(/^the pinned pipeline digests to sha256:[0-9a-f]{64}, but it records/),
    });
  });
});

describe('an environment', () => {
  it('that went by the rules of its lease has no finding', () => {
    expect(inspect(ENVIRONMENT, PRODUCTION)).toBeUndefined();
  });

  it('may have its lease taken in turn, ahead by a rollback, and freed by a person', () => {
    const ahead = event('LeaseAcquired', { ...leaseData(1), ahead: true });
    const [third, fourth] = ['3'.repeat(20) as typeof FIRST, '4'.repeat(20) as typeof FIRST];
    const taken = event('LeaseAcquired', { ...leaseData(2), deployment: third });
    const commits = [[ask(third)], [ask(fourth)], [ahead], [freed(1)], [left(fourth), taken]];
    expect(inspect(ENVIRONMENT, commits)).toBeUndefined();
  });

  const revision = (version: string) => ({
    revision: `${version}-11111111`,
    deployment: FIRST,
    release: { version, artifact: `sha256:${'a'.repeat(64)}` as never },
  });
  const one = event('LiveChanged', { pipeline: 'storefront', live: revision('1.0.0'), knownGood: null });
  const two = event('LiveChanged', {
    pipeline: 'storefront',
    live: revision('2.0.0'),
    knownGood: revision('1.0.0'),
  });

  const live = (deployment: typeof FIRST, version: string, knownGood: string | null) =>
    event('LiveChanged', {
      pipeline: 'storefront',
      live: { ...revision(version), deployment },
      knownGood: knownGood === null ? null : revision(knownGood),
    });

  it('may have a revision live again that was live before', () => {
    const other = event('LeaseAcquired', { ...leaseData(2), deployment: SECOND });
    const commits = [[lease(1)], [one, two, release(1)], [other], [live(FIRST, '1.0.0', null)]];
    expect(inspect(ENVIRONMENT, commits)).toBeUndefined();
  });

  it.each([
    ['of another deployment than the holder', live(SECOND, '2.0.0', null), /which deployment 2222\w+ placed/],
    [
      'with a known-good one that was not',
      live(FIRST, '2.0.0', '9.9.9'),
      /but 1\.0\.0-11111111 was live until then$/,
    ],
  ])('with something live %s is found', (_, forged, problem) => {
    const found = inspect(ENVIRONMENT, [[lease(1)], [one], [forged]]);
    expect(found).toMatchObject({ seq: 3, problem: expect.stringMatching(problem) });
  });

  it('whose lease is taken again by one that gave it back is found', () => {
    expect(inspect(ENVIRONMENT, [[lease(1)], [release(1)], [lease(2)]])).toMatchObject({
      seq: 3,
      problem: `deployment ${FIRST} acquires the lease that it had before and gave back`,
    });
  });

  const withSettings = (version: number, letter: string) => {
    const live = {
      ...revision('1.0.0'),
      settings: { version, digest: `sha256:${letter.repeat(64)}` as never },
    };
    return [event('LiveChanged', { pipeline: 'storefront', live, knownGood: null })];
  };

  it('may have its settings changed and changed back', () => {
    const commits = [[lease(1)], withSettings(1, 'a'), withSettings(2, 'b'), withSettings(1, 'a')];
    expect(inspect(ENVIRONMENT, commits)).toBeUndefined();
  });

  it.each([
    [3, 'c', 'its settings have number 3, expected 2'],
    [1, 'c', 'its settings have number 1, expected 2'],
    [2, 'a', 'its settings have number 2, expected 1'],
  ])('with settings %i of digest %s is found', (version, letter, problem) => {
    const commits = [[lease(1)], withSettings(1, 'a'), withSettings(version, letter)];
    expect(inspect(ENVIRONMENT, commits)).toMatchObject({ seq: 3, problem });
  });

  it('may have its known-good revision stopped while nobody changes it', () => {
    const commits = [[lease(1)], [one, two], [release(1)], [cooled('1.0.0-11111111')]];
    expect(inspect(ENVIRONMENT, commits)).toBeUndefined();
  });

  it.each([
    ['2.0.0-11111111', [release(1)], /is stopped, but it is live$/],
    ['1.0.0-11111111', [], /is stopped, but deployment 1111\w+ of storefront holds the lease with fence 1$/],
    ['9.9.9-99999999', [release(1)], /is stopped, but it is not the known-good one$/],
  ])('in which %s is stopped after %o is found', (stopped, before, problem) => {
    const commits = [[lease(1)], [one, two, ...before], [cooled(stopped)]];
    expect(inspect(ENVIRONMENT, commits)).toMatchObject({ seq: 3, problem: expect.stringMatching(problem) });
  });

  it('may have a flag changed without a lease', () => {
    const flag = event('FlagChanged', { flag: 'checkout', value: true, actor: 'ada', reason: 'ready' });
    expect(inspect(ENVIRONMENT, [[flag]])).toBeUndefined();
  });

  it.each([
    ['two holders at once', [[lease(1)], [lease(2)]], /acquires the lease that 1111/],
    ['a fence that skips', [[lease(2)]], /^it has fence 2, expected 1$/],
    ['a release of another fence', [[lease(1)], [release(2)]], /releases fence 2, but deployment 1111/],
    ['a release of nothing', [[release(1)]], /but nobody holds the lease$/],
    ['something made live without a lease', PRODUCTION.slice(1), /becomes live, but nobody holds the lease$/],
    [
      'a lease out of turn',
      [[ask(SECOND)], [lease(1)]],
      /acquires the lease before 2222\w+, which asked first$/,
    ],
    [
      'a place in the queue twice',
      [[ask(SECOND)], [ask(SECOND)]],
      /asks for the lease that it waits for already$/,
    ],
    ['a place for the holder', [[lease(1)], [ask(FIRST)]], /asks for the lease that it holds$/],
    ['one that leaves without a place', [[left(SECOND)]], /leaves the queue, in which it does not wait$/],
    ['a lease freed of another fence', [[lease(1)], [freed(2)]], /is freed of fence 2, but deployment 1111/],
    ['an event of a deployment', [SUCCEEDS[1] ?? []], /^DeploymentStarted is no event of an environment$/],
  ] as const)('with %s is found', (_, commits, problem) => {
    const found = inspect(ENVIRONMENT, commits);
    expect(found).toMatchObject({ seq: commits.length > 2 ? 1 : commits.length });
    expect(found?.problem).toMatch(problem);
  });
});

describe('byteRangeOf', () => {
  it.each([
    ['[1,22]', 1, '22'],
    ['[{"a":"],[\\"}"},["ü,"],3]', 0, '{"a":"],[\\"}"}'],
    ['[{"a":"],[\\"}"},["ü,"],3]', 1, '["ü,"]'],
    ['["ü",{"b":[{}]}]', 1, '{"b":[{}]}'],
  ])('in %s finds element %i', (body, index, text) => {
    const { from, to } = byteRangeOf(body, index) ?? { from: 0, to: 0 };
    expect(Buffer.from(body).subarray(from, to).toString()).toBe(text);
  });

  it('finds nothing where there is nothing', () => {
    expect(byteRangeOf('[1]', 1)).toBeUndefined();
  });
});
