import { Agent, request } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Ground, openGround } from '../fixtures/open-targets.ts';
import { patience, revisionOf } from '../fixtures/revision.ts';

const R1 = '1.0.0-aaaaaaaa';
const R2 = '2.0.0-aaaaaaaa';
const R3 = '3.0.0-aaaaaaaa';

let ground: Ground;

beforeEach(async () => {
  ground = await openGround();
});

afterEach(() => ground.clear());

it('drops no request while traffic goes back and forth and revisions come and go', async () => {
  const { target } = ground;
  await target.place(revisionOf(1), patience());
  await target.route({ [R1]: 100 });
  const load = startLoad(ground.url, 60);

  await target.place(revisionOf(2), patience());
  await target.route({ [R1]: 90, [R2]: 10 });
  await load.answers(300);
  await target.route({ [R1]: 50, [R2]: 50 });
  await load.answers(300);
  await target.route({ [R2]: 100 });
  await target.remove(R1);
  await target.place(revisionOf(3), patience());
  for (let flip = 0; flip < 10; flip += 1) {
    await target.route(flip % 2 === 0 ? { [R3]: 100 } : { [R2]: 100 });
    await load.answers(100);
  }
  await target.route({ [R3]: 100 });
  await target.remove(R2);
  await load.answers(300);

  const { failures, total } = await load.stop();
  expect(failures).toEqual([]);
  expect(total).toBeGreaterThan(1_500);
  const counters = await target.counters();
  expect(counters.revisions[R3]?.status).toMatchObject({ '5xx': 0, lost: 0 });
});

/** Clients that send one request after the other on connections of their own. Every third posts, which is sent once only. */
function startLoad(url: string, clients: number) {
  const failures: string[] = [];
  let total = 0;
  let isOver = false;
  const waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  const run = async (client: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      const failure = await send(agent, url, client % 3 === 0 ? 'POST' : 'GET');
      if (failure !== undefined) failures.push(failure);
      total += 1;
      for (const each of waiting) if (total >= each.until) each.resolve();
    }
    agent.destroy();
  };
  const running = Array.from({ length: clients }, (_, client) => run(client));

  return {
    /** Returns when so many more requests were answered. */
    answers: (more: number) => new Promise<void>((resolve) => waiting.push({ until: total + more, resolve })),
    async stop() {
      isOver = true;
      await Promise.all(running);
      return { failures, total };
    },
  };
}

/** What went wrong with a request, if anything. */
function send(agent: Agent, url: string, method: 'GET' | 'POST'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const path = method === 'POST' ? '/echo?ms=200' : '/slow?ms=3';
    const sent = request(`${url}${path}`, { agent, method }, (response) => {
      const body: string[] = [];
      response.setEncoding('utf8').on('data', (part) => body.push(part));
      response.once('end', () => {
        const isRight = response.statusCode === 200 && (method === 'GET' || body.join('') === 'an order');
        resolve(isRight ? undefined : `${method} ${response.statusCode} ${body.join('')}`);
      });
      response.once('error', (thrown) => resolve(`${method} ${thrown.message}`));
    });
    sent.once('error', (thrown) => resolve(`${method} ${thrown.message}`));
    sent.end(method === 'POST' ? 'an order' : undefined);
  });
}
