import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { event } from '../../../lib/history/events.ts';
import { compatibilityStage } from '../../../lib/pipeline/kinds/compatibility.ts';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { compatibilityKind } from '../../../lib/stages/kinds/compatibility.ts';
import { startDynalite } from '../../contract/dynalite.ts';
import { A_DIGEST, stageContext } from '../stage-context.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let store: EventStore;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(async () => {
  await dynalite.stop();
});

const FITS = compatibilityStage.parse({
  kind: 'compatibility',
  name: 'fits',
  question: 'Does it fit?',
  expect: '1s',
  timeout: '1m',
  environment: 'production',
});
const CHECK = { kind: 'command', name: 'a', question: 'Is it?', expect: '1s', timeout: '1m', run: 'true' };
const SHOP_1 = '1'.repeat(20) as DeploymentId;
const SHOP_2 = '2'.repeat(20) as DeploymentId;

async function append(
  stream: `deployment#${string}` | `environment#${string}`,
  fact: ReturnType<typeof event>,
) {
  const { head } = await store.load(stream);
  expect((await store.append(head, [fact])).outcome).toBe('appended');
}

async function deployed(deployment: DeploymentId, version: string, apis: unknown): Promise<void> {
  const fact = event('DeploymentRequested', {
    deployment,
    kind: 'forward',
    pipeline: pipelineSchema.parse({ pipeline: 'shop', apis, environments: {}, stages: [CHECK] }),
    pipelineDigest: A_DIGEST,
    release: { version, artifact: A_DIGEST },
    trigger: { id: version, source: 'cli', actor: 'ada' },
    lifecycle: 1,
  });
  await append(`deployment#${deployment}`, fact);
}

const ref = (deployment: DeploymentId, version: string) => ({
  revision: `${version}-${deployment.slice(0, 8)}`,
  deployment,
  release: { version, artifact: A_DIGEST },
});

async function observe(apis?: unknown) {
  const context = stageContext([FITS], { store });
  const view = { ...context.deployment.view };
  const pipeline = pipelineSchema.parse({ ...view.pipeline, ...(apis === undefined ? {} : { apis }) });
  const deployment = { ...context.deployment, view: { ...view, pipeline } };
  const { evidence } = await compatibilityKind.observe(FITS, { ...context, deployment }, null);
  return evidence;
}

describe('a compatibility check', () => {
  it('reads what each revision declares from the deployment that placed it', async () => {
    store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
    await deployed(SHOP_1, '1.0.0', { consumes: { catalog: [1] } });
    await deployed(SHOP_2, '2.0.0', undefined);
    const live = { pipeline: 'shop', live: ref(SHOP_2, '2.0.0'), knownGood: ref(SHOP_1, '1.0.0') };
    await append('environment#production', event('LiveChanged', live));
    const evidence = await observe({ provides: { catalog: [2] } });
    expect(evidence).toEqual({
      environment: 'production',
      seq: 1,
      release: {
        pipeline: 'storefront',
        version: '2.0.0',
        apis: { provides: { catalog: [2] }, consumes: {} },
      },
      revisions: [
        {
          pipeline: 'shop',
          version: '2.0.0',
          apis: null,
          revision: '2.0.0-22222222',
          deployment: SHOP_2,
          standing: 'live',
        },
        {
          pipeline: 'shop',
          version: '1.0.0',
          apis: { provides: {}, consumes: { catalog: { versions: [1], external: false } } },
          revision: '1.0.0-11111111',
          deployment: SHOP_1,
          standing: 'known-good',
        },
      ],
    });
    expect(compatibilityKind.judge(FITS, evidence)).toEqual({
      verdict: 'fail',
      expected:
        'every API in production provided as it is consumed, by each revision that is live or may come back',
      observed: 'shop 1.0.0 (known-good) consumes catalog v1; storefront 2.0.0 provides v2',
    });
    expect(compatibilityKind.judge(FITS, await observe({ provides: { catalog: [1, 2] } }))).toMatchObject({
      verdict: 'pass',
      observed: 'it fits with shop 2.0.0 (live), which declares no APIs, shop 1.0.0 (known-good)',
    });
  });

  it('does not speak of its own known-good revision, which cannot come back beside it', () => {
    const own = (version: string, standing: string) => ({
      pipeline: 'catalog',
      version,
      apis: {},
      revision: `${version}-aaaaaaaa`,
      deployment: SHOP_1,
      standing,
    });
    expect(
      compatibilityKind.judge(FITS, {
        environment: 'production',
        seq: 1,
        release: { pipeline: 'catalog', version: '3.0.0', apis: {} },
        revisions: [own('2.0.0', 'live'), own('1.0.0', 'known-good')],
      }),
    ).toMatchObject({ verdict: 'pass', observed: 'it fits with catalog 2.0.0 (live)' });
  });

  it('passes where nothing else is', async () => {
    store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
    expect(compatibilityKind.judge(FITS, await observe({}))).toMatchObject({
      verdict: 'pass',
      observed: 'nothing else is in production',
    });
  });

  it('does not guess what a revision declares whose history is gone', async () => {
    store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
    const live = { pipeline: 'shop', live: ref(SHOP_2, '2.0.0'), knownGood: null };
    await append('environment#production', event('LiveChanged', live));
    await expect(observe({})).rejects.toMatchObject({
      code: 'NotFound',
      message: `the history of deployment ${SHOP_2} is gone, so nobody knows what 2.0.0-22222222 provides`,
    });
  });

  it('does not pass without evidence that it can read', () => {
    expect(compatibilityKind.judge(FITS, { revisions: [] })).toMatchObject({ verdict: 'inconclusive' });
  });

  it('names the first pairs and counts the rest', () => {
    const many = Array.from({ length: 20 }, (_, index) => 999_000 + index);
    const shops = Array.from({ length: 14 }, (_, index) => ({
      pipeline: `shop-${index}`,
      version: '1.0.0',
      apis: { consumes: { catalog: [1, ...many.slice(1)] } },
      revision: '1.0.0-aaaaaaaa',
      deployment: SHOP_1,
      standing: 'live',
    }));
    const release = { pipeline: 'catalog', version: '2.0.0', apis: { provides: { catalog: [2] } } };
    const { observed } = compatibilityKind.judge(FITS, {
      environment: 'production',
      seq: 1,
      release,
      revisions: shops,
    });
    expect(observed).toMatch(/^shop-0 1\.0\.0 \(live\) consumes catalog v1, .+ · and 3 more$/);
    expect(observed.length).toBeLessThanOrEqual(4000);
  });
});
