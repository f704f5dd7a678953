import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { event } from '../../../lib/history/events.ts';
import { createAppConfigFlags } from '../../../lib/stages/cloud/appconfig-flags.ts';
import { fakeAppConfig } from '../../aws/appconfig.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';

let dynalite: Dynalite;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

async function sample() {
  const store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
  const appConfig = await fakeAppConfig();
  const publisher = (published: EventStore) =>
    createAppConfigFlags({
      client: appConfig.client,
      store: published,
      location: (environment) =>
        environment === 'production'
          ? { application: 'abc1234', environment: 'env1234', profile: 'prf1234' }
          : undefined,
      strategy: 'str1234',
      lookMs: 1,
      looksAtMost: 20,
    });
  return { store, appConfig, flags: publisher(store), publisher };
}

async function set(store: EventStore, flag: string, value: boolean | number | null) {
  const { head } = await store.load('environment#production');
  await store.append(head, [event('FlagChanged', { flag, value, actor: 'ada', reason: '' })]);
}

it('deploys what the stream says, and nothing where that is deployed already', async () => {
  const { store, appConfig, flags } = await sample();
  await set(store, 'checkout', true);
  await set(store, 'items', 10);
  await flags.publish('production');
  expect(appConfig.read()).toEqual({
    environment: 'production',
    seq: 2,
    flags: { checkout: true, items: 10 },
  });
  await flags.publish('production');
  expect(appConfig.deployments).toHaveLength(1);
  await set(store, 'checkout', null);
  await flags.publish('production');
  expect(appConfig.read()).toEqual({ environment: 'production', seq: 3, flags: { items: 10 } });
  expect(appConfig.versions.map(({ label }) => label)).toEqual([
    expect.stringMatching(/^seq-2-[0-9a-f]{32}$/),
    expect.stringMatching(/^seq-3-[0-9a-f]{32}$/),
  ]);
});

it('publishes an environment without flags as one without flags', async () => {
  const { appConfig, flags } = await sample();
  await flags.publish('production');
  expect(appConfig.read()).toEqual({ environment: 'production', seq: 0, flags: {} });
});

it('deploys what a restored table says, though the same commit said something else before', async () => {
  const { store, appConfig, flags, publisher } = await sample();
  await set(store, 'checkout', true);
  await set(store, 'checkout', false);
  await flags.publish('production');
  const restored = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
  await set(restored, 'checkout', true);
  await set(restored, 'items', 10);
  await publisher(restored).publish('production');
  expect(appConfig.read()).toEqual({
    environment: 'production',
    seq: 2,
    flags: { checkout: true, items: 10 },
  });
  expect(appConfig.deployments).toHaveLength(2);
});

it('waits for a deployment that runs, and resolves when its own is complete', async () => {
  const { store, appConfig, flags } = await sample();
  appConfig.rules.looks = 5;
  await set(store, 'checkout', true);
  await flags.publish('production');
  await set(store, 'checkout', false);
  await flags.publish('production');
  expect(appConfig.read()).toMatchObject({ seq: 2, flags: { checkout: false } });
  expect(appConfig.deployments.map(({ state }) => state)).toEqual(['COMPLETE', 'COMPLETE']);
});

it('ends with the newest state where a newer one was published in between', async () => {
  const { store, appConfig, flags } = await sample();
  await set(store, 'checkout', true);
  appConfig.rules.beforeStart = async () => {
    await set(store, 'checkout', false);
    await flags.publish('production');
  };
  await flags.publish('production');
  expect(appConfig.read()).toMatchObject({ seq: 2, flags: { checkout: false } });
});

it('publishes the same state from many at once', async () => {
  const { store, appConfig, flags } = await sample();
  await set(store, 'checkout', true);
  const many = Array.from({ length: 5 }, () => flags.publish('production'));
  const results = await Promise.allSettled(many);
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'fulfilled'));
  expect(appConfig.read()).toMatchObject({ seq: 1, flags: { checkout: true } });
  expect(appConfig.versions).toHaveLength(1);
});

it('deploys again what AppConfig has rolled back, and gives up where it always does', async () => {
  const { store, appConfig, flags } = await sample();
  await set(store, 'checkout', true);
  appConfig.rules.rollBack = 1;
  await flags.publish('production');
  expect(appConfig.deployments.map(({ state }) => state)).toEqual(['ROLLED_BACK', 'COMPLETE']);
  await set(store, 'checkout', false);
  appConfig.rules.rollBack = 1000;
  await expect(flags.publish('production')).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message:
      'the flags of production could not be published to AppConfig: Error: it was not deployed after 20 looks',
  });
});

it('says where the flags of an environment have no place, and what AppConfig refuses', async () => {
  const { appConfig, flags } = await sample();
  await expect(flags.publish('staging')).rejects.toMatchObject({
    code: 'NotFound',
    message: 'environment staging has no place for flags in AppConfig',
  });
  appConfig.rules.refuse = 'AccessDeniedException';
  await expect(flags.publish('production')).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining('could not be published to AppConfig: AccessDeniedException'),
  });
});
