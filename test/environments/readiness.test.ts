import { describe, expect, test } from 'vitest';
import { timesLive } from '../../lib/environments/environment.ts';
import {
  type Ground,
  obstacleToReturning,
  readinessOf,
  revisionBefore,
} from '../../lib/environments/readiness.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import type { RevisionRef } from '../../lib/history/environment-events.ts';
import { type EnvironmentEvent, event } from '../../lib/history/events.ts';
import { digest } from '../../lib/pipeline/release.ts';

const ONE = placed('a', '1.0.0');
const TWO = placed('b', '2.0.0');
const THREE = placed('c', '3.0.0');

function placed(letter: string, version: string): RevisionRef {
  return {
    revision: `${version}-${letter.repeat(8)}`,
    deployment: deploymentId.parse(letter.repeat(20)),
    release: { version, artifact: digest.parse(`sha256:${letter.repeat(64)}`) },
  };
}

function live(now: RevisionRef, knownGood: RevisionRef | null, pipeline = 'shop'): EnvironmentEvent {
  return event('LiveChanged', { pipeline, live: now, knownGood });
}

function commits(...events: readonly EnvironmentEvent[]) {
  return events.map((recorded) => ({ events: [recorded] }));
}

function ground(...running: readonly RevisionRef[]): Ground {
  return { running: new Set(running.map(({ revision }) => revision)), isKept: () => true };
}

const TWO_LIVE = commits(live(ONE, null), live(TWO, ONE));

describe('can I roll back?', () => {
  test('yes, to what was live before, which runs', () => {
    expect(readinessOf(TWO_LIVE, 'shop', ground(ONE, TWO))).toEqual({
      ready: true,
      returnsTo: ONE,
      warm: true,
    });
  });

  test('yes, to what has to be placed again from its artifact', () => {
    expect(readinessOf(TWO_LIVE, 'shop', ground(TWO))).toEqual({ ready: true, returnsTo: ONE, warm: false });
  });

  test('yes, to what runs or does not elsewhere, where nobody here can tell', () => {
    const elsewhere: Ground = { running: 'elsewhere', isKept: () => false };
    expect(readinessOf(TWO_LIVE, 'shop', elsewhere)).toEqual({ ready: true, returnsTo: ONE, warm: null });
  });

  test('after a rollback, to what was live before the revision that is live again', () => {
    const returned = commits(live(ONE, null), live(TWO, ONE), live(THREE, TWO), live(TWO, null));
    expect(readinessOf(returned, 'shop', ground(TWO))).toEqual({ ready: true, returnsTo: ONE, warm: false });
  });

  test.each([
    ['nothing is live', commits(), ground(), ['nothing of shop is live']],
    [
      'only another pipeline is live',
      commits(live(ONE, null, 'other')),
      ground(ONE),
      ['nothing of shop is live'],
    ],
    [
      'nothing was live before',
      commits(live(ONE, null)),
      ground(ONE),
      ['nothing of shop was live before 1.0.0'],
    ],
    [
      'the revision before does not run and its artifact is gone',
      TWO_LIVE,
      { ...ground(TWO), isKept: () => false },
      ['1.0.0-aaaaaaaa does not run and its artifact is gone'],
    ],
    [
      'the target cannot be asked',
      TWO_LIVE,
      { running: undefined, isKept: () => true },
      ['the target cannot be asked'],
    ],
    [
      'several facts stand against it',
      [
        ...commits(live(ONE, null)),
        ...commits(event('LeaseAcquired', { deployment: THREE.deployment, pipeline: 'shop', fence: 1 })),
      ],
      ground(ONE),
      ['deployment cccccccccccccccccccc holds the lease', 'nothing of shop was live before 1.0.0'],
    ],
  ])('no, because %s', (_, history, now, blocking) => {
    expect(readinessOf(history, 'shop', now)).toEqual({ ready: false, blocking });
  });
});

test('no, where a contract removed what the revision before needs', () => {
  const contract = { schema: 'main', stage: 'shrink', phase: 'contract', from: 1, to: 2 } as const;
  const made = { ...contract, harmless: false, deployment: THREE.deployment, undone: false };
  const history = [...TWO_LIVE, ...commits(event('SchemaChanged', made))];
  expect(readinessOf(history, 'shop', ground(ONE, TWO))).toEqual({
    ready: false,
    blocking: [
      '1.0.0-aaaaaaaa, which would get the traffic back, declares nothing of schema main; only 2 would be served since contract shrink of deployment cccccccccccccccccccc',
    ],
  });
});

describe('a deployment could not be taken back', () => {
  test('where what is live does not run', () => {
    expect(obstacleToReturning(TWO_LIVE, 'shop', new Set([ONE.revision]))).toBe(
      '2.0.0-bbbbbbbb, which is live, does not run, so it could not get the traffic back',
    );
  });

  test.each([
    ['what is live runs', TWO_LIVE, [TWO.revision]],
    ['nothing is live yet', commits(), []],
    ['nothing was live before what does not run: there is nothing to protect', commits(live(ONE, null)), []],
  ])('but not where %s', (_, history, running) => {
    expect(obstacleToReturning(history, 'shop', new Set(running))).toBeUndefined();
  });
});

test('what was live before is that of the first time, and of this pipeline', () => {
  const history = commits(live(ONE, null), live(THREE, null, 'other'), live(TWO, ONE), live(ONE, null));
  expect(revisionBefore(history, 'shop', TWO)).toEqual(ONE);
  expect(revisionBefore(history, 'shop', ONE)).toBeUndefined();
  expect(timesLive(history, 'shop', ONE.deployment)).toBe(2);
});
