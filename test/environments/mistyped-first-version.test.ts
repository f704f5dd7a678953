import { expect, test } from 'vitest';
import { foldEnvironment } from '../../lib/environments/environment.ts';
import { isMigrated, servedVersions } from '../../lib/environments/schema.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import { event } from '../../lib/history/events.ts';

const made = { schema: 'main', stage: 'look', phase: 'expand', from: 4, to: 5, harmless: true } as const;
const deployment = deploymentId.parse('a'.repeat(20));

test('the first version that was ever named stays, also when its migration is taken back', () => {
  const events = [
    event('SchemaChanged', { ...made, deployment, undone: false }),
    event('SchemaChanged', { ...made, deployment, undone: true }),
  ];
  const { schemas } = foldEnvironment([{ events }]);
  expect(schemas.main && servedVersions(schemas.main)).toEqual([4]);
  expect(isMigrated(schemas.main, { phase: 'expand', from: 0, to: 1 })).toBe(true);
});
