import { describe, expect, it } from 'vitest';
import { coolingDue } from '../../lib/environments/cooling.ts';
import { foldEnvironment } from '../../lib/environments/environment.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import type { RevisionRef } from '../../lib/history/environment-events.ts';
import { type EnvironmentEvent, event } from '../../lib/history/events.ts';
import { digest } from '../../lib/pipeline/release.ts';

const AT = '2026-01-01T12:00:00.000Z';
const HOUR = 3_600_000;
const ONE = placed('a', '1.0.0');
const TWO = placed('b', '2.0.0');

function placed(letter: string, version: string): RevisionRef {
  return {
    revision: `${version}-${letter.repeat(8)}`,
    deployment: deploymentId.parse(letter.repeat(20)),
    release: { version, artifact: digest.parse(`sha256:${letter.repeat(64)}`) },
  };
}

const live = (now: RevisionRef, knownGood: RevisionRef | null, warm?: number): EnvironmentEvent =>
  event('LiveChanged', { pipeline: 'shop', live: now, knownGood, ...(warm === undefined ? {} : { warm }) });
const cooled = event('RevisionCooled', {
  pipeline: 'shop',
  revision: ONE.revision,
  deployment: ONE.deployment,
});
const taken = event('LeaseAcquired', { deployment: TWO.deployment, pipeline: 'shop', fence: 3 });

const dueAfter = (hours: number, ...events: readonly EnvironmentEvent[]) =>
  coolingDue(
    events.map((one, index) => ({ seq: index + 1, at: AT, events: [one] })),
    Date.parse(AT) + hours * HOUR,
  ).map(({ knownGood, isRecorded }) => [knownGood.release.version, isRecorded]);

describe('the window of the known-good revision', () => {
  it.each<[string, number, readonly EnvironmentEvent[], unknown]>([
    ['is open until its time', 23.9, [live(TWO, ONE, 86_400)], []],
    ['is over at its time', 24, [live(TWO, ONE, 86_400)], [['1.0.0', false]]],
    ['has no end where none was declared', 9000, [live(TWO, ONE)], []],
    ['is that of the newest success', 2, [live(ONE, null), live(TWO, ONE, 3600)], [['1.0.0', false]]],
    ['ends with a rollback, after which nothing is kept', 2, [live(TWO, ONE, 3600), live(ONE, null)], []],
    ['is not looked at while a lease is held', 2, [live(TWO, ONE, 3600), taken], []],
    ['is never that of what is live', 2, [live(ONE, ONE, 3600)], []],
    [
      'is due until the stopping is done, once it is recorded',
      2,
      [live(TWO, ONE, 3600), cooled],
      [['1.0.0', true]],
    ],
  ])('%s', (_, hours, events, due) => {
    expect(dueAfter(hours, ...events)).toEqual(due);
  });

  it('is over in the fold once it is recorded, and of the next one nothing is', () => {
    const fold = (...events: readonly EnvironmentEvent[]) =>
      foldEnvironment(events.map((one) => ({ events: [one] }))).live.shop;
    expect(fold(live(TWO, ONE, 3600), cooled)).toEqual({ live: TWO, knownGood: ONE, cooled: true });
    expect(fold(live(TWO, ONE, 3600), cooled, live(ONE, TWO))).toEqual({ live: ONE, knownGood: TWO });
    expect(fold(live(ONE, TWO), cooled)).toEqual({ live: ONE, knownGood: TWO });
  });
});
