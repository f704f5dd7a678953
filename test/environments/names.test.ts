import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inspectEnvironment } from '../../lib/audit/inspect-environment.ts';
import { foldEnvironment } from '../../lib/environments/environment.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import type { Commit } from '../../lib/history/event-store.ts';
import { type EnvironmentEvent, event } from '../../lib/history/events.ts';
import { flagName } from '../../lib/pipeline/flag-value.ts';
import { name } from '../../lib/pipeline/names.ts';
import { digest } from '../../lib/pipeline/release.ts';

const OURS = deploymentId.parse('1'.repeat(20));
const DIGEST = digest.parse(`sha256:${'a'.repeat(64)}`);
const INHERITED = [...Object.getOwnPropertyNames(Object.prototype), 'shop'];

/** A deployment of a pipeline makes itself live and migrates a schema and sets a flag, all of one name. */
function historyOf(named: string): readonly EnvironmentEvent[] {
  const live = {
    revision: '1.0.0-11111111',
    deployment: OURS,
    release: { version: '1.0.0', artifact: DIGEST },
    settings: { version: 1, digest: DIGEST },
  };
  const phase = { stage: named, phase: 'expand', from: 1, to: 2, harmless: false } as const;
  return [
    event('LeaseAcquired', { deployment: OURS, pipeline: named, fence: 1 }),
    event('SchemaChanged', { schema: named, ...phase, deployment: OURS, undone: false }),
    event('FlagChanged', { flag: named, value: true, actor: 'ada', reason: '' }),
    event('LiveChanged', { pipeline: named, live, knownGood: null }),
    event('LeaseReleased', { deployment: OURS, fence: 1 }),
  ];
}

it('folds whatever is named as what every object has, and finds nothing against it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...INHERITED), fc.constantFrom(...INHERITED), (named, other) => {
      const events = historyOf(named);
      const { live, schemas, flags } = foldEnvironment([{ events }]);
      for (const record of [live, schemas, flags]) {
        expect(Object.keys(record)).toEqual([named]);
        expect(record[other] === undefined).toBe(other !== named);
      }
      expect(live[named]?.live.deployment).toBe(OURS);
      expect(schemas[named]?.changes).toHaveLength(1);
      const body = JSON.stringify(events);
      const commit = { stream: 'environment#production', seq: 1, body, events } as unknown as Commit;
      expect(inspectEnvironment().commit(commit)).toBeUndefined();
    }),
  );
});

it('removes no contract, whatever is said of it', () => {
  const made = { schema: 'main', stage: 'contract', from: 2, to: 3, harmless: false, deployment: OURS };
  const { schemas } = foldEnvironment([
    {
      events: [
        event('SchemaChanged', { ...made, phase: 'contract', undone: false }),
        event('SchemaChanged', { ...made, phase: 'expand', undone: true }),
      ],
    },
  ]);
  expect(schemas.main?.changes).toHaveLength(1);
});

it.each(['constructor', 'toString'])('no flag is named %s, and no pipeline or stage', (written) => {
  expect(flagName.safeParse(written).error?.issues[0]?.message).toMatch(/^expected another name/);
  expect(name.safeParse(written).success).toBe(false);
});
