import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { follow, type LinkState } from '../../web/live/follow.ts';

let server: Server;
let asked: IncomingHttpHeaders[];
let answers: ((response: ServerResponse) => void)[];
let left: AbortController;

beforeEach(async () => {
  asked = [];
  left = new AbortController();
  server = createServer((request, response) => {
    asked.push(request.headers);
    const answer = answers.shift();
    if (answer === undefined) left.abort();
    else answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  left.abort();
  server.closeAllConnections();
  server.close();
});

const commits = (...seqs: readonly number[]): string =>
  seqs.map((seq) => `event: commit\nid: ${seq}\ndata: {}\n\n`).join('');

/** Follows until the server has no answer left, or one that is final. */
async function heard(): Promise<{ readonly ids: readonly string[]; readonly links: readonly LinkState[] }> {
  const ids: string[] = [];
  const links: LinkState[] = [];
  const follower = {
    lastSeq: () => Number(ids.at(-1) ?? 0),
    link: (state: LinkState) => void links.push(state),
    message: ({ id }: { readonly id: string | undefined }) => void ids.push(id ?? ''),
  };
  const { port } = server.address() as AddressInfo;
  await follow(`http://127.0.0.1:${port}/api/live`, 'the-token', follower, left.signal);
  return { ids, links };
}

test('comes again after a connection was cut, and asks for what followed the last commit', async () => {
  answers = [
    (response) => response.write(commits(1, 2, 3), () => response.destroy()),
    (response) => response.end(commits(4, 5)),
  ];
  const { ids, links } = await heard();
  expect(ids).toEqual(['1', '2', '3', '4', '5']);
  expect(links.slice(0, 4)).toEqual(['live', 'lost', 'live', 'lost']);
  expect(asked.map((headers) => headers['last-event-id'])).toEqual(['0', '3', '5']);
  expect(asked.map((headers) => headers.authorization)).toEqual(Array(3).fill('Bearer the-token'));
});

test('takes an event that was cut in half for nothing', async () => {
  answers = [(response) => response.write(`${commits(1)}event: commit\nid: 2\nda`, () => response.destroy())];
  expect((await heard()).ids).toEqual(['1']);
});

test.each([
  [403, 'refused'],
  [404, 'missing'],
] as const)('does not come again after status %i', async (status, link) => {
  answers = [(response) => response.writeHead(status).end('{"error":{"message":"no"}}')];
  expect((await heard()).links).toEqual([link]);
  expect(asked).toHaveLength(1);
});

test('comes again after an error of the server', async () => {
  answers = [(response) => response.writeHead(503).end()];
  expect((await heard()).links).toEqual(['lost']);
  expect(asked).toHaveLength(2);
});
