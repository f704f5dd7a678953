import { afterAll, beforeAll, expect, test } from 'vitest';
import { concludeInEnvironment } from '../../lib/environments/conclude-in-environment.ts';
import { environmentStream, foldEnvironment } from '../../lib/environments/environment.ts';
import { acquireLease } from '../../lib/environments/lease.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { RevisionRef } from '../../lib/history/environment-events.ts';
import type { EventStore } from '../../lib/history/event-store.ts';
import { digest } from '../../lib/pipeline/release.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';

let dynalite: Dynalite;
let store: EventStore;

beforeAll(async () => {
  dynalite = await startDynalite();
  store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
});

afterAll(() => dynalite.stop());

function placed(letter: string): RevisionRef {
  return {
    revision: `1.0.0-${letter.repeat(8)}`,
    deployment: deploymentId.parse(letter.repeat(20)),
    release: { version: '1.0.0', artifact: digest.parse(`sha256:${letter.repeat(64)}`) },
  };
}

function conclude(environment: string, letter: string): Promise<void> {
  const revision = placed(letter);
  return concludeInEnvironment(store, environment, 'shop', revision.deployment, revision);
}

async function acquire(environment: string, letter: string): Promise<void> {
  await acquireLease(store, environment, { deployment: placed(letter).deployment, pipeline: 'shop' });
}

test('what was concluded before a crash is not concluded again, however many others went live since', async () => {
  for (const letter of ['a', 'b', 'c']) {
    await acquire('late', letter);
    await conclude('late', letter);
  }
  await acquire('late', 'd');
  const before = await store.load(environmentStream('late'));

  await conclude('late', 'a');
  const { head, commits } = await store.load(environmentStream('late'));
  expect(head.seq).toBe(before.head.seq);
  expect(foldEnvironment(commits)).toMatchObject({
    lease: { deployment: placed('d').deployment, fence: 4 },
    live: { shop: { live: placed('c'), knownGood: placed('b') } },
  });
});

test('a deployment that lost the lease and never went live is refused', async () => {
  await acquire('lost', 'a');
  await expect(conclude('lost', 'b')).rejects.toMatchObject({
    code: 'Conflict',
    message: `deployment ${'b'.repeat(20)} no longer holds the lease of environment lost`,
  });
});
