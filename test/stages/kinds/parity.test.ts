import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeFlag } from '../../../lib/environments/change-flag.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { event } from '../../../lib/history/events.ts';
import { type ParityStage, parityStage } from '../../../lib/pipeline/kinds/parity.ts';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../../lib/pipeline/read-pipeline.ts';
import { parityKind } from '../../../lib/stages/kinds/parity.ts';
import { startDynalite } from '../../contract/dynalite.ts';
import { A_DIGEST, stageContext } from '../stage-context.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let store: EventStore;
beforeAll(async () => {
  dynalite = await startDynalite();
});
beforeEach(async () => {
  store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
});
afterAll(async () => {
  await dynalite.stop();
});

type Written = Readonly<Record<string, unknown>>;

const parity = (written: Partial<Pick<ParityStage, 'live' | 'allow'>> = {}): ParityStage =>
  parityStage.parse({
    kind: 'parity',
    name: 'alike',
    question: 'Is it alike?',
    expect: '1s',
    timeout: '1m',
    environment: 'staging',
    against: 'production',
    ...written,
  });

async function observe(staging: Written, production: Written, schemas?: object) {
  const stage = parity();
  const context = stageContext([stage], { store });
  const target = (settings: Written, port: number) => ({
    target: { kind: 'process', start: 'node server.js', port, ...settings },
  });
  const environments = { staging: target(staging, 8081), production: target(production, 8080) };
  const pipeline = pipelineSchema.parse({ pipeline: 'storefront', environments, schemas, stages: [stage] });
  const view = { ...context.deployment.view, pipeline };
  const deployment = { ...context.deployment, view };
  return (await parityKind.observe(stage, { ...context, deployment }, null)).evidence;
}

async function goLive(environment: string, pipeline: string, version: string): Promise<void> {
  const { head } = await store.load(`environment#${environment}`);
  const release = { version, artifact: A_DIGEST };
  const live = { revision: `${version}-aaaaaaaa`, deployment: 'a'.repeat(20) as DeploymentId, release };
  await store.append(head, [event('LiveChanged', { pipeline, live, knownGood: null })]);
}

async function migrated(environment: string, to: number, more: { deployment?: string; undone?: true } = {}) {
  const { head } = await store.load(`environment#${environment}`);
  const { deployment = 'a'.repeat(20), undone = false } = more;
  const change = { schema: 'products', stage: `to-${to}`, harmless: true, undone } as const;
  const versions = { phase: to === 4 ? 'contract' : 'expand', from: to - 1, to } as const;
  const data = { ...change, ...versions, deployment: deployment as DeploymentId };
  await store.append(head, [event('SchemaChanged', data)]);
}

const set = (environment: string, value: boolean) =>
  changeFlag(store, environment, { flag: 'new-checkout', value, actor: 'ada', reason: 'a test' }, () => {});

describe('a parity check', () => {
  it('passes where two environments differ in their ports alone', async () => {
    const evidence = await observe({}, {});
    expect(evidence).toMatchObject({
      one: {
        environment: 'staging',
        manifest: {
          kind: 'process',
          start: 'node server.js',
          health: '/',
          drain: 5,
          env: {},
          runtime: { os: 'Test' },
          flags: {},
          schemas: {},
          live: {},
        },
      },
      other: { environment: 'production' },
    });
    expect(JSON.stringify(evidence)).not.toMatch(/808/);
    expect(parityKind.judge(parity(), evidence)).toEqual({
      verdict: 'pass',
      expected: 'staging as production is',
      observed: 'no difference',
    });
  });

  it('fails for each setting and each flag that differs and is not allowed to', async () => {
    await set('staging', true);
    const evidence = await observe(
      { drain: '2s', env: { LOG_LEVEL: 'debug' } },
      { health: '/health', env: { LOG_LEVEL: 'info' } },
    );
    expect(parityKind.judge(parity({ allow: ['env.LOG_LEVEL'] }), evidence)).toEqual({
      verdict: 'fail',
      expected: 'staging as production is, but for env.LOG_LEVEL',
      observed: [
        'drain: 2 in staging, 5 in production',
        'flags.new-checkout: true in staging, absent in production',
        'health: "/" in staging, "/health" in production',
        'what may differ: `allow: [drain, flags.new-checkout, health]`',
      ].join('\n'),
    });
    const allow = ['env.LOG_LEVEL', 'drain', 'flags', 'health'];
    expect(parityKind.judge(parity({ allow }), evidence)).toMatchObject({
      verdict: 'pass',
      observed: 'no difference but what is allowed: drain, env.LOG_LEVEL, flags.new-checkout, health',
    });
  });

  it('compares the versions around the release, where it is told to', async () => {
    await goLive('staging', 'pricing', '2.0.0');
    await goLive('production', 'pricing', '1.0.0');
    await goLive('staging', 'storefront', '2.0.0');
    const evidence = await observe({}, {});
    expect(parityKind.judge(parity(), evidence)).toMatchObject({ verdict: 'pass' });
    expect(parityKind.judge(parity({ live: true }), evidence)).toMatchObject({
      verdict: 'fail',
      observed:
        'live.pricing: "2.0.0" in staging, "1.0.0" in production\nwhat may differ: `allow: [live.pricing]`',
    });
  });

  it('fails where the schemas serve other versions, unless that is allowed or the release does not use them', async () => {
    for (const to of [1, 2, 3]) await migrated('production', to);
    for (const to of [1, 2, 3, 4]) await migrated('staging', to);
    const evidence = await observe({}, {}, { products: [3, 4] });
    expect(parityKind.judge(parity({ allow: ['flags'] }), evidence)).toMatchObject({
      verdict: 'fail',
      observed:
        'schemas.products: [4] in staging, [0,1,2,3] in production\nwhat may differ: `allow: [schemas.products]`',
    });
    for (const allow of [['schemas'], ['schemas.products']])
      expect(parityKind.judge(parity({ allow }), evidence)).toMatchObject({ verdict: 'pass' });
    expect(parityKind.judge(parity(), await observe({}, {}))).toMatchObject({ verdict: 'fail' });
    const elsewhere = await observe({}, {}, { products: 'none' });
    expect(parityKind.judge(parity(), elsewhere)).toMatchObject({ verdict: 'pass' });
  });

  it('does not count what a running deployment has migrated, or what was taken back', async () => {
    await migrated('staging', 1);
    await migrated('staging', 1, { undone: true });
    expect(parityKind.judge(parity(), await observe({}, {}))).toMatchObject({ verdict: 'pass' });
    for (const environment of ['staging', 'production']) await migrated(environment, 1);
    const deployment = 'c'.repeat(20) as DeploymentId;
    const { head } = await store.load('environment#staging');
    await store.append(head, [event('LeaseAcquired', { deployment, pipeline: 'catalogue', fence: 1 })]);
    await migrated('staging', 2, { deployment });
    const meanwhile = await observe({}, {});
    expect(meanwhile).toMatchObject({ one: { manifest: { schemas: { products: [0, 1] } } } });
    expect(parityKind.judge(parity(), meanwhile)).toMatchObject({ verdict: 'pass' });
    const { head: newer } = await store.load('environment#staging');
    await store.append(newer, [event('LeaseReleased', { deployment, fence: 1 })]);
    expect(parityKind.judge(parity(), await observe({}, {}))).toMatchObject({
      observed:
        'schemas.products: [0,1,2] in staging, [0,1] in production\nwhat may differ: `allow: [schemas.products]`',
    });
  });

  it('compares values that are named like secrets, and records none', async () => {
    const alike = await observe({ env: { API_KEY: 'hunter22' } }, { env: { API_KEY: 'hunter22' } });
    expect(parityKind.judge(parity(), alike)).toMatchObject({ verdict: 'pass' });
    const other = await observe({ env: { API_KEY: 'hunter22' } }, { env: { API_KEY: 'hunter23' } });
    const { verdict, observed } = parityKind.judge(parity(), other);
    expect(verdict).toBe('fail');
    expect(observed).toMatch(
      /^env\.API_KEY: "hidden:[0-9a-f]{16}" in staging, "hidden:[0-9a-f]{16}" in production\n/,
    );
    expect(JSON.stringify([alike, other])).not.toContain('hunter');
    // Under a key that is used once, the same value looks different each time, so it cannot be looked up.
    expect(JSON.stringify(alike).match(/hidden:[0-9a-f]+/)?.[0]).not.toBe(
      JSON.stringify(other).match(/hidden:[0-9a-f]+/)?.[0],
    );
  });

  it('tells 20 lines at most, and how many there are more, in a text that can be recorded', () => {
    const env = (value: string) =>
      Object.fromEntries(
        Array.from({ length: 33 }, (_, index) => [`${'N'.repeat(400)}${index}`, value.repeat(500)]),
      );
    const { observed } = parityKind.judge(parity(), {
      one: { environment: 'staging', manifest: { env: env('x') } },
      other: { environment: 'production', manifest: { env: env('y') } },
    });
    const lines = observed.split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-2)).toBe('and 14 more');
    expect(observed.length).toBeLessThanOrEqual(4000);
  });

  it('does not pass without evidence that it can read', () => {
    expect(parityKind.judge(parity(), { one: {} })).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('a parity stage in a file', () => {
  const read = (fields: string) =>
    readPipeline(
      `pipeline: storefront
environments:
  staging: { target: { kind: process, start: npm start, port: 8081 } }
  production: { target: { kind: process, start: npm start, port: 8080 } }
stages:
  - { name: alike, kind: parity, ${fields} }
`,
      'nonevent.yaml',
    ).findings.map(({ code, message, hint }) => `${code} ${message}${hint === undefined ? '' : `; ${hint}`}`);

  it('names two environments that there are', () => {
    expect(read('environment: staging, against: production')).toEqual([]);
    expect(read('environment: staging, against: prodution')).toEqual([
      'NE208 unknown environment "prodution"; did you mean production?',
    ]);
    expect(read('environment: stagin, against: production')).toEqual([
      'NE208 unknown environment "stagin"; did you mean staging?',
    ]);
    expect(read('environment: staging, against: staging')).toEqual([
      'NE205 against is "staging": expected another environment than the one that is compared',
    ]);
    expect(read('environment: staging')).toEqual([
      'NE202 missing field "against" in a parity stage; against: The environment that it is held against, such as production.',
    ]);
  });

  it('allows only what a manifest has', () => {
    expect(
      read('environment: staging, against: production, allow: [env.LOG_LEVEL, flags, runtime.os]'),
    ).toEqual([]);
    expect(read('environment: staging, against: production, allow: [evn.LOG_LEVEL]')).toEqual([
      expect.stringMatching(
        /^NE205 allow\.0 is "evn\.LOG_LEVEL": expected a path that begins with kind, start, health, drain, env, .*runtime, flags, schemas or live$/,
      ),
    ]);
  });
});
