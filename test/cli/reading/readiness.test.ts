import { afterAll, beforeAll, expect, it } from 'vitest';
import { readinessInWords } from '../../../lib/cli/reading/overview.ts';
import { readEveryReadiness } from '../../../lib/cli/reading/readiness.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import { type Event, event } from '../../../lib/history/events.ts';
import { dataFolder } from '../../../lib/local/data-folder.ts';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { startDynalite } from '../../contract/dynalite.ts';
import { A_DIGEST } from '../../stages/stage-context.ts';

const EARLIER = 'a'.repeat(20) as DeploymentId;

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

it('says of a target in AWS that it is not known here what runs', async () => {
  const store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
  const deployment = 'b'.repeat(20) as DeploymentId;
  const append = async (stream: 'environment#production' | `deployment#${string}`, ...events: Event[]) => {
    const { head } = await store.load(stream);
    expect((await store.append(head, events)).outcome).toBe('appended');
  };
  const pipeline = pipelineSchema.parse({
    pipeline: 'shop',
    environments: { production: { target: { kind: 'lambdaAlias', function: 'shop', alias: 'live' } } },
    stages: [{ kind: 'command', name: 'a', question: 'Is it?', expect: '1s', timeout: '1m', run: 'true' }],
  });
  await append(
    `deployment#${deployment}`,
    event('DeploymentRequested', {
      deployment,
      kind: 'forward',
      pipeline,
      pipelineDigest: A_DIGEST,
      release: { version: '2.0.0', artifact: A_DIGEST },
      trigger: { id: '2', source: 'cli', actor: 'ada' },
      lifecycle: 1,
    }),
  );
  const ref = (version: string, by: DeploymentId) => ({
    revision: `${version}-${by.slice(0, 8)}`,
    deployment: by,
    release: { version, artifact: A_DIGEST },
  });
  const live = [
    event('LiveChanged', { pipeline: 'shop', live: ref('1.0.0', EARLIER), knownGood: null }),
    event('LiveChanged', { pipeline: 'shop', live: ref('2.0.0', deployment), knownGood: null }),
  ];
  for (const change of live) await append('environment#production', change);
  const system = { kind: 'local', store, folder: dataFolder('/nowhere') } as const;
  const answer = (await readEveryReadiness(system, ['production'])).production?.shop;
  expect(answer).toEqual({ ready: true, returnsTo: ref('1.0.0', EARLIER), warm: null });
  expect(answer && readinessInWords(answer)).toBe('to 1.0.0; whether it runs is not known here');
});
