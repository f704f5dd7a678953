import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ID, STORY } from '../../cli/sample-deployment.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';
import { type ServedPage, servePage } from './serve-page.ts';

const STREAM = `deployment#${ID}` as const;
const RUNNING = STORY.slice(0, 8);

let dynalite: Dynalite;
let served: ServedPage;

beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  served = await servePage(dynalite);
});
afterEach(() => served.close());

const withToken = (): Record<string, string> => ({ authorization: `Bearer ${served.token}` });
const fromPage = (): Record<string, string> => ({
  ...withToken(),
  origin: `http://127.0.0.1:${served.port}`,
  'content-type': 'application/json',
});

describe('reading', () => {
  test('tells what is recorded of a deployment, with seq and hash', async () => {
    await served.record(STREAM, RUNNING);
    const { text } = await served.ask('/api/deployments/7a31', { headers: withToken() });
    const { deployment, commits } = JSON.parse(text);
    expect(deployment).toBe(ID);
    const { commits: stored } = await served.store.load(STREAM);
    expect(commits.map(({ seq, hash }: { seq: number; hash: string }) => [seq, hash])).toEqual(
      stored.map(({ seq, hash }) => [seq, hash]),
    );
  });

  test('gives an overview of deployments, each with where it stands', async () => {
    await served.record(STREAM, STORY);
    const { text } = await served.ask('/api/overview', { headers: withToken() });
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: 1,
      environments: [
        { environment: 'production', lease: null, queue: [], pipelines: [], flags: [], schemas: [] },
      ],
      deployments: [
        {
          deployment: ID,
          pipeline: 'storefront',
          outcome: 'rolledBack',
          state: ['rolledBack'],
          passed: 1,
          stages: 4,
          failure: { stage: 'rollout-smoke', mode: 'rejected', observed: 'status 500 from /' },
        },
      ],
    });
  });

  test.each(['0000', 'latest'])('says that there is no deployment %s', async (written) => {
    const { status, text } = await served.ask(`/api/deployments/${written}`, { headers: withToken() });
    expect(status).toBe(404);
    expect(JSON.parse(text).error.code).toBe('NotFound');
  });

  test('refuses what cannot be an id', async () => {
    const { status } = await served.ask('/api/deployments/..%2F..%2Fetc', { headers: withToken() });
    expect(status).toBe(400);
  });
});

describe('stopping', () => {
  const stop = `/api/deployments/${ID}/stop`;
  const lastEvent = async () => (await served.store.load(STREAM)).commits.at(-1)?.events[0];

  test('records who asked and why', async () => {
    await served.record(STREAM, RUNNING);
    const asked = { method: 'POST', headers: fromPage(), body: { reason: 'wrong release' } };
    expect(JSON.parse((await served.ask(stop, asked)).text)).toEqual({ deployment: ID, result: 'requested' });
    expect(await lastEvent()).toEqual({
      type: 'StopRequested',
      v: 1,
      data: { actor: 'ada', reason: 'wrong release' },
    });
    expect(JSON.parse((await served.ask(stop, asked)).text).result).toBe('already requested');
  });

  test.each([
    ['no origin', { origin: '' }],
    ['a foreign origin', { origin: 'http://127.0.0.1:1' }],
    ['no token', { authorization: '' }],
  ])('is refused with %s, and nothing is recorded', async (_, changed) => {
    await served.record(STREAM, RUNNING);
    const headers = Object.fromEntries(
      Object.entries({ ...fromPage(), ...changed }).filter(([, value]) => value !== ''),
    );
    expect((await served.ask(stop, { method: 'POST', headers, body: { reason: 'x' } })).status).toBe(403);
    expect((await served.store.load(STREAM)).commits).toHaveLength(RUNNING.length);
  });

  test.each([{}, { reason: '' }, { reason: '   ' }, { reason: 'x', actor: 'root' }])(
    'needs a reason and nothing else: not %j',
    async (body) => {
      await served.record(STREAM, RUNNING);
      expect((await served.ask(stop, { method: 'POST', headers: fromPage(), body })).status).toBe(400);
      expect((await served.store.load(STREAM)).commits).toHaveLength(RUNNING.length);
    },
  );

  test('is the only thing that can be asked for', async () => {
    await served.record(STREAM, RUNNING);
    for (const path of ['/api/overview', '/api/live', `/api/deployments/${ID}`, '/', '/api/deployments']) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect((await served.ask(path, { method, headers: fromPage() })).status).toBe(404);
      }
    }
  });
});
