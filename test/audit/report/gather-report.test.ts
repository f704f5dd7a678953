import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeSeal } from '../../../lib/audit/make-seal.ts';
import { gatherReport } from '../../../lib/audit/report/gather-report.ts';
import type { ReportScope } from '../../../lib/audit/report/report.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import { event } from '../../../lib/history/events.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';
import { ENVIRONMENT, FIRST_STREAM, write, writeSampleHistory } from '../sample-history.ts';
import { tableOf } from '../table.ts';
import { temporarySigner } from '../temporary-signer.ts';

let dynalite: Dynalite;
let table: string;
beforeAll(async () => {
  dynalite = await startDynalite();
  const client = dynalite.client();
  table = await dynalite.newTable();
  const store = createDynamoDBEventStore({ client, table });
  await writeSampleHistory(store);
  await write(store, ENVIRONMENT, [
    [event('FlagChanged', { flag: 'search', value: true, actor: 'bob', reason: 'try it' })],
  ]);
  await makeSeal({ client, table, store, signer: temporarySigner(), now: Date.now });
});
afterAll(() => dynalite.stop());

const gather = (scope: ReportScope = {}) =>
  gatherReport({
    client: dynalite.client(),
    table,
    now: Date.now(),
    scope,
    readinessIn: async (environments) =>
      environments.map((environment) => ({
        environment,
        pipeline: 'storefront',
        readiness: { ready: false, blocking: [] },
      })),
  });

it('tells of every deployment who asked, what was judged, what was undone, and which seal holds it', async () => {
  const { deployments, record, manualFlagChanges, readiness } = await gather();
  expect(record).toMatchObject({ findings: [], seals: 1, unsealed: 0 });
  expect(readiness.map(({ environment }) => environment)).toEqual(['production']);
  expect(manualFlagChanges).toMatchObject([
    { environment: 'production', flag: 'search', actor: 'bob', seq: 5 },
  ]);
  const [first, second] = deployments;
  expect(first).toMatchObject({
    ending: 'succeeded',
    trigger: { actor: 'ada' },
    testing: { kind: 'tested', checks: ['unit-tests'] },
    undone: [],
    tookBackMs: undefined,
    seal: { seal: 1 },
  });
  expect(second).toMatchObject({
    ending: 'rolled back',
    undone: [{ stage: 'place' }, { stage: 'acquire-production' }],
    tookBackMs: expect.any(Number),
    seal: { seal: 1 },
  });
  expect(second?.questions.map(({ stage, verdict, became }) => [stage, verdict, became])).toEqual([
    ['unit-tests', 'pass', 'passed'],
    ['acquire-production', 'pass', 'undone'],
    ['place', 'pass', 'undone'],
    ['smoke', 'fail', 'passed'],
    ['watch', 'rejected', 'failed'],
  ]);
});

it('leaves out another time and another environment', async () => {
  expect(await gather({ until: '2020-01-01T00:00:00.000Z' })).toMatchObject({
    deployments: [],
    manualFlagChanges: [],
  });
  expect(await gather({ environment: 'staging' })).toMatchObject({
    deployments: [],
    manualFlagChanges: [],
    readiness: [],
  });
  expect((await gather({ environment: 'production' })).deployments).toHaveLength(2);
});

it('does not tell of a deployment whose stream is not sound, but names it', async () => {
  await tableOf(dynalite.client(), table).remove(FIRST_STREAM, 4);
  const { deployments, record } = await gather();
  expect(record.findings).toMatchObject([{ stream: FIRST_STREAM, seq: 4 }]);
  expect(deployments.map(({ release }) => release.version)).toEqual(['2.0.0']);
});
