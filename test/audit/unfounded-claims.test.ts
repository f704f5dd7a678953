import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspectFold } from '../../lib/audit/inspect-fold.ts';
import { verifyHistory } from '../../lib/audit/verify-history.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import { type Event, type EventData, event } from '../../lib/history/events.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { FIRST, SUCCEEDS, write, writeSampleHistory } from './sample-history.ts';

const RERUN = '3333333333333333cccc' as DeploymentId;
const STREAM = `deployment#${RERUN}` as const;

const [OPENING] = SUCCEEDS[0] ?? [];
const FOUND = SUCCEEDS.flat().find(({ type, data }) => type === 'StagePassed' && data.stage === 'unit-tests');
if (OPENING?.type !== 'DeploymentRequested' || FOUND?.type !== 'StagePassed')
  throw new Error('no such sample');
const { attempt: _, ...pass } = FOUND.data;

const opened = (of: { readonly of?: DeploymentId }): readonly Event[] => [
  event('DeploymentRequested', { ...OPENING.data, deployment: RERUN, ...of }),
];
const taking = (changed: Partial<EventData<'StageReused'>>): readonly Event[] => [
  event('DeploymentStarted', { entry: 'forward' }),
  event('StageReused', { ...pass, from: FIRST, because: 'same definition, same release', ...changed }),
];

let dynalite: Dynalite;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

async function findings(changed: Partial<EventData<'StageReused'>>) {
  const [client, table] = [dynalite.client(), await dynalite.newTable()];
  const store = createDynamoDBEventStore({ client, table });
  await writeSampleHistory(store);
  await write(store, STREAM, [opened({ of: FIRST }), taking(changed)]);
  return (await verifyHistory({ client, table, now: Date.parse('2026-11-23T05:00:00Z') })).findings;
}

it('finds nothing against what was taken over as it was found', async () => {
  expect(await findings({})).toEqual([]);
});

it.each([
  ['evidence', { evidence: { exitCode: 0, made: 'up' } }, FIRST],
  ['verdict', { judgement: { ...pass.judgement, observed: 'exit code 0, at once' } }, FIRST],
  ['check', { stage: 'smoke' }, undefined],
  ['deployment', { from: RERUN }, RERUN],
] as const)('finds what was taken over with another %s', async (_, changed, from) => {
  const [found] = await findings(changed);
  expect(found).toMatchObject({ stream: STREAM, seq: 2 });
  if (from === undefined) return;
  expect(found?.problem).toBe(
    `it takes unit-tests over from deployment ${from}, whose history holds no such pass`,
  );
});

it('finds what was taken over by a deployment that runs no other one again', () => {
  const inspector = inspectFold(STREAM);
  for (const [index, events] of [opened({}), taking({})].entries()) {
    const at = '2026-11-23T04:00:00.000Z';
    const body = JSON.stringify(events);
    const commit = {
      stream: STREAM,
      seq: index + 1,
      at,
      commit: `${index}`,
      prev: '',
      hash: '',
      body,
      events,
    };
    expect(inspector.commit(commit)).toBeUndefined();
  }
  expect(inspector.end({ stream: STREAM, seq: 2, hash: '' })).toMatchObject({
    seq: 2,
    problem: 'it takes a check over, but runs no other deployment again',
  });
});
