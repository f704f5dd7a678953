import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Load, startLoad } from '../../../lib/cli/demo/load-generator.ts';

let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A service that gives its release, answers `/bad` with 500, and breaks `/broken` off in the middle. */
async function serve(): Promise<string> {
  server = createServer((request, response) => {
    response.setHeader('x-storefront-release', '1.2.3');
    if (request.url === '/bad') response.statusCode = 500;
    if (request.url !== '/broken') return void response.end('all of it');
    response.setHeader('content-length', 100);
    response.write('half of it', () => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function load(url: string, changes: Partial<Load> = {}): Load {
  return { url, paths: ['/'], requestsPerSecond: 500, openAtMost: 10, secondsAtMost: 20, ...changes };
}

/** Enough requests that each path was asked for. */
async function some(url: string, changes: Partial<Load>) {
  const generator = startLoad(load(url, changes));
  await expect.poll(() => generator.answers().length, { timeout: 10_000 }).toBeGreaterThan(8);
  return generator.stop();
}

test('says of each request what its user saw', async () => {
  const answers = await some(await serve(), { paths: ['/', '/bad', '/broken'] });
  const seen = new Set(
    answers.map(({ path, status, release, error }) => [path, status, release, error !== undefined].join()),
  );
  expect([...seen].sort()).toEqual(['/,200,1.2.3,false', '/bad,500,1.2.3,false', '/broken,,,true']);
});

test('records when a request began and when it ended', async () => {
  const before = Date.now();
  const answers = await some(await serve(), {});
  const after = Date.now();
  for (const { startedAt, endedAt } of answers) {
    expect(startedAt).toBeGreaterThanOrEqual(before);
    expect(endedAt).toBeGreaterThanOrEqual(startedAt);
    expect(endedAt).toBeLessThanOrEqual(after);
  }
});

test('loses no request that was open when it was stopped', async () => {
  const url = await serve();
  let begun = 0;
  server.prependListener('request', () => {
    begun += 1;
  });
  const answers = await some(url, {});
  expect(answers.length).toBe(begun);
});

test('begins no more requests than may be open', async () => {
  const held: (() => void)[] = [];
  server = createServer((_, response) => void held.push(() => response.end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const generator = startLoad(load(url, { openAtMost: 3, secondsAtMost: 0.5 }));
  await expect.poll(() => held.length, { timeout: 10_000 }).toBe(3);
  const answers = generator.stop();
  for (const release of held) release();
  expect((await answers).length).toBe(3);
});

test('a service that is not there is a failure without a status', async () => {
  const url = await serve();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const [first] = await some(url, {});
  expect(first?.status).toBeUndefined();
  expect(first?.error).toContain('ECONNREFUSED');
});

test('ends by itself when its time is over', async () => {
  const generator = startLoad(load(await serve(), { secondsAtMost: 0.2 }));
  await generator.ended;
  expect(generator.answers().length).toBeGreaterThan(0);
});
