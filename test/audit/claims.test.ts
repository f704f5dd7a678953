import { describe, expect, it } from 'vitest';
import { type Claim, notingClaims, unfoundedIn } from '../../lib/audit/claims.ts';
import { type DeploymentFacts, notingFacts } from '../../lib/audit/deployment-facts.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import type { Commit } from '../../lib/history/event-store.ts';
import { type Event, event } from '../../lib/history/events.ts';
import { FIRST, IS_ROLLED_BACK, PRODUCTION, SECOND, SUCCEEDS } from './sample-history.ts';

const OTHER = deploymentId.parse('3'.repeat(20));
const [OPENING] = SUCCEEDS[0] ?? [];
if (OPENING?.type !== 'DeploymentRequested') throw new Error('no such sample');

function commitOf(events: readonly Event[]): Commit {
  return {
    stream: 'environment#production',
    seq: 1,
    body: JSON.stringify(events),
    events,
  } as unknown as Commit;
}

function factsOf(commits: readonly (readonly Event[])[]): DeploymentFacts | undefined {
  const found: DeploymentFacts[] = [];
  const inspector = notingFacts((facts) => found.push(facts));
  for (const events of commits) inspector.commit(commitOf(events));
  inspector.end({ stream: 'deployment#x', seq: 1, hash: '' });
  return found[0];
}

/** What is wrong with what an event says, by the histories of a deployment. */
function problemOf(said: Event, of: readonly (readonly Event[])[]): string | undefined {
  const claims: Claim[] = [];
  notingClaims(claims).commit(commitOf([said]));
  expect(claims).toHaveLength(1);
  return unfoundedIn(factsOf(of), claims)[0]?.problem;
}

const opening = (changed: Partial<typeof OPENING.data>) =>
  event('DeploymentRequested', { ...OPENING.data, deployment: OTHER, of: FIRST, ...changed });
const CAPTURES = { 'acquire-production': null, place: { revisions: [] } };
const another = { version: '9.9.9', artifact: OPENING.data.release.artifact };
const ROLLBACK = [[opening({ kind: 'rollback', captures: CAPTURES })]];

describe('what follows up another deployment', () => {
  it('has nothing against it with the same pipeline, release and captures', () => {
    expect(problemOf(opening({}), SUCCEEDS)).toBeUndefined();
    expect(problemOf(opening({ kind: 'rollback', captures: CAPTURES }), SUCCEEDS)).toBeUndefined();
  });

  it.each([
    ['of another release', opening({ release: another }), SUCCEEDS, 'which was of another release'],
    [
      'of another pipeline',
      opening({ pipeline: { ...OPENING.data.pipeline, pipeline: 'other' } }),
      SUCCEEDS,
      'which pinned another pipeline',
    ],
    ['of nothing', opening({}), [], 'which has no history'],
    [
      'with other captures',
      opening({ kind: 'rollback', captures: { ...CAPTURES, place: { weights: { evil: 100 } } } }),
      SUCCEEDS,
      'with other captures than the history of that one holds',
    ],
    [
      'although that one failed',
      opening({ kind: 'rollback', captures: CAPTURES, release: { ...another, version: '2.0.0' } }),
      IS_ROLLED_BACK,
      'which has not succeeded',
    ],
  ] as const)('is found %s', (_, said, of, problem) => {
    expect(problemOf(said, of)).toContain(problem);
  });
});

describe('what an environment says of deployments', () => {
  const live = PRODUCTION[1]?.[0] ?? OPENING;
  const ahead = event('LeaseAcquired', { deployment: OTHER, pipeline: 'storefront', fence: 1, ahead: true });
  const freed = event('LeaseFreed', { deployment: SECOND, fence: 1, actor: 'ada', reason: 'restored' });

  it.each([
    ['made live by what succeeded, or is about to', live, SUCCEEDS, undefined],
    ['made live before its history is closed', live, SUCCEEDS.slice(0, -1), undefined],
    ['made live by nobody', live, [], /has no history$/],
    ['made live although it was taken back', live, IS_ROLLED_BACK, /ended rolledBack$/],
    ['made live by a rollback', live, ROLLBACK, /is a rollback, which places nothing$/],
    ['ahead by a rollback', ahead, ROLLBACK, undefined],
    ['ahead by anybody else', ahead, SUCCEEDS, /is no rollback$/],
    ['freed when it has ended', freed, IS_ROLLED_BACK, undefined],
    ['freed while it runs', freed, IS_ROLLED_BACK.slice(0, -1), /has not ended$/],
  ] as const)('is held against their histories: %s', (_, said, of, problem) => {
    const found = problemOf(said, of);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });
});
