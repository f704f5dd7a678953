import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRouter, type Router } from '../../../lib/targets/process/router.ts';
import { freePort } from '../fixtures/revision.ts';
import { closedPort, startUpstream } from '../fixtures/upstream.ts';

let router: Router;
let url: string;
let servers: Server[];

beforeEach(async () => {
  servers = [];
  router = createRouter('shop in production');
  const port = await freePort();
  await router.listen(port);
  url = `http://127.0.0.1:${port}`;
});

afterEach(async () => {
  await router.close(0);
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function upstream(revision: string, answer: RequestListener): Promise<Server> {
  const { server, port } = await startUpstream(answer);
  servers.push(server);
  router.moved(revision, port);
  return server;
}

/** A revision that says its name. */
function named(revision: string): Promise<Server> {
  return upstream(revision, (_request, response) => response.end(revision));
}

function counted(revision: string) {
  const { requests, status } = router.counters([revision]).revisions[revision] ?? { requests: 0, status: {} };
  return { requests, ...Object.fromEntries(Object.entries(status).filter(([, count]) => count > 0)) };
}

async function answersOf(count: number): Promise<readonly string[]> {
  const answers: string[] = [];
  for (let sent = 0; sent < count; sent += 1) answers.push(await (await fetch(url)).text());
  return answers;
}

describe('createRouter', () => {
  it('answers 503 in plain text while no revision has weight', async () => {
    const response = await fetch(url);
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe('nonevent: no revision of shop in production has traffic\n');
  });

  it('splits requests exactly by weight', async () => {
    await named('r1');
    await named('r2');
    router.route({ r1: 90, r2: 10 });
    const answers = await answersOf(200);
    expect(answers.filter((answer) => answer === 'r1')).toHaveLength(180);
    expect(answers.filter((answer) => answer === 'r2')).toHaveLength(20);
    expect([counted('r1'), counted('r2')]).toEqual([
      { requests: 180, '2xx': 180 },
      { requests: 20, '2xx': 20 },
    ]);
  });

  it('does not begin its round anew when the same weights are routed again', async () => {
    await named('r1');
    await named('r2');
    const answers: string[] = [];
    for (let sent = 0; sent < 10; sent += 1) {
      router.route({ r1: 90, r2: 10 });
      answers.push(...(await answersOf(1)));
    }
    expect(answers.filter((answer) => answer === 'r2')).toHaveLength(1);
  });

  it('passes method, path, headers and body on, and status, headers and body back', async () => {
    await upstream('r1', async (request, response) => {
      const body = await request.setEncoding('utf8').reduce((all: string, part: string) => all + part, '');
      response.writeHead(201, { 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] });
      response.end(`${request.method} ${request.url} ${request.headers['x-question']} ${body}`);
    });
    router.route({ r1: 100 });
    const response = await fetch(`${url}/items?size=2`, {
      method: 'POST',
      headers: { 'x-question': 'why' },
      body: 'a body',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-answer')).toBe('yes');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('POST /items?size=2 why a body');
  });

  it('reuses connections for requests that may be repeated, and for no others', async () => {
    const server = await named('r1');
    router.route({ r1: 100 });
    const connections: unknown[] = [];
    server.on('connection', (socket) => connections.push(socket));
    await answersOf(5);
    expect(connections).toHaveLength(1);
    for (let sent = 0; sent < 3; sent += 1) await (await fetch(url, { method: 'POST', body: 'x' })).text();
    expect(connections).toHaveLength(4);
  });

  it('keeps the connection of the client when it ends its own to the revision', async () => {
    await named('r1');
    router.route({ r1: 100 });
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    client.setEncoding('utf8');
    for (let sent = 0; sent < 2; sent += 1) {
      client.write('POST / HTTP/1.1\r\nhost: shop\r\ncontent-length: 1\r\n\r\nx');
      const [answer] = await once(client, 'data');
      expect(answer).toContain('HTTP/1.1 200 OK');
    }
    client.destroy();
  });

  it('answers a request that waits for 100 Continue', async () => {
    await upstream('r1', (request, response) => request.pipe(response));
    router.route({ r1: 100 });
    const sent = httpRequest(url, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 5 },
    });
    sent.once('continue', () => sent.end('hello'));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(await response.setEncoding('utf8').toArray()).toEqual(['hello']);
  });

  it('serves a request for another upgrade as an ordinary one', async () => {
    await named('r1');
    router.route({ r1: 100 });
    const sent = httpRequest(url, { headers: { connection: 'upgrade', upgrade: 'h2c' } });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it.each([
    ['upgrade, http2-settings', 'keep-alive'],
    ['keep-alive, x-of-the-client', 'keep-alive'],
    ['x, Close', 'close'],
  ])('answers %j with no connection option of the client but %s', async (connection, answered) => {
    await named('r1');
    router.route({ r1: 100 });
    const sent = httpRequest(url, { headers: { connection } });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.headers.connection).toBe(answered);
    response.resume();
  });
});

describe('a revision that takes no connection', () => {
  it('loses the request to another one with weight, with its body', async () => {
    router.moved('r1', await closedPort());
    await upstream('r2', (request, response) => request.pipe(response));
    router.route({ r1: 99, r2: 1 });
    const body = 'x'.repeat(300_000);
    const response = await fetch(url, { method: 'POST', body });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(body);
    expect(counted('r1')).toEqual({ requests: 1, lost: 1 });
    expect(counted('r2')).toEqual({ requests: 1, '2xx': 1 });
  });

  it('loses the request where it is not running at all', async () => {
    await named('r2');
    router.route({ r1: 99, r2: 1 });
    expect(await answersOf(3)).toEqual(['r2', 'r2', 'r2']);
    expect(counted('r1')).toEqual({ requests: 3, lost: 3 });
  });

  it('leaves a 502 where no other one has weight', async () => {
    router.moved('r1', await closedPort());
    router.route({ r1: 100 });
    const response = await fetch(url);
    expect(response.status).toBe(502);
    expect(await response.text()).toBe(
      'nonevent: no revision of shop in production took the request (tried r1)\n',
    );
    expect(counted('r1')).toEqual({ requests: 1, lost: 1 });
  });
});

describe('a revision that takes a request and gives no answer', () => {
  it('leaves a 502, and nobody else gets the request', async () => {
    await upstream('r1', (request) => request.socket.resetAndDestroy());
    await named('r2');
    router.route({ r1: 99, r2: 1 });
    const response = await fetch(url, { method: 'POST', body: 'order' });
    expect(response.status).toBe(502);
    expect(await response.text()).toBe(
      'nonevent: a revision of shop in production took the request and gave no answer (ECONNRESET)\n',
    );
    expect(counted('r1')).toEqual({ requests: 1, lost: 1 });
    expect(counted('r2')).toEqual({ requests: 0 });
  });

  it('gets a repeatable request a second time if it closed a connection that had served before', async () => {
    const seen = new Map<unknown, number>();
    await upstream('r1', (request, response) => {
      const served = seen.get(request.socket) ?? 0;
      seen.set(request.socket, served + 1);
      if (served === 0) response.end('r1');
      else request.socket.resetAndDestroy();
    });
    router.route({ r1: 100 });
    expect(await answersOf(3)).toEqual(['r1', 'r1', 'r1']);
    expect(counted('r1')).toEqual({ requests: 3, '2xx': 3 });
  });

  it('is not asked a third time', async () => {
    let isDown = false;
    let asked = 0;
    await upstream('r1', (request, response) => {
      asked += 1;
      if (isDown) request.socket.resetAndDestroy();
      else response.end('r1');
    });
    router.route({ r1: 100 });
    await answersOf(1);
    isDown = true;
    expect((await fetch(url)).status).toBe(502);
    expect(asked).toBe(3);
    expect(counted('r1')).toEqual({ requests: 2, '2xx': 1, lost: 1 });
  });

  it('counts as lost when its answer breaks off, and the client learns that it is not whole', async () => {
    await upstream('r1', (request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half of it', () => request.socket.resetAndDestroy());
    });
    router.route({ r1: 100 });
    const response = await fetch(url);
    await expect(response.text()).rejects.toThrow();
    expect(counted('r1')).toEqual({ requests: 1, '2xx': 1, lost: 1 });
  });
});

describe('a WebSocket', () => {
  function upgradeAt(): Promise<{ readonly status: number; readonly body: string }> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(url, {
        headers: {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        },
      });
      sent.once('error', reject);
      sent.once('upgrade', (_response, socket) => {
        socket.destroy();
        resolve({ status: 101, body: '' });
      });
      sent.once('response', async (response) => {
        const body = await response.setEncoding('utf8').toArray();
        resolve({ status: response.statusCode ?? 0, body: body.join('') });
      });
      sent.end();
    });
  }

  it('goes to another revision where the first takes no connection', async () => {
    router.moved('r1', await closedPort());
    const server = await named('r2');
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    router.route({ r1: 99, r2: 1 });
    expect((await upgradeAt()).status).toBe(101);
    expect(counted('r1')).toEqual({ requests: 1, lost: 1 });
    expect(counted('r2')).toEqual({ requests: 1, '1xx': 1 });
  });

  it('gets the answer of a revision that refuses it', async () => {
    await upstream('r1', (_request, response) => response.writeHead(403).end('no'));
    router.route({ r1: 100 });
    expect(await upgradeAt()).toEqual({ status: 403, body: 'no' });
    expect(counted('r1')).toEqual({ requests: 1, '4xx': 1 });
  });

  it('gets a 502 from a revision that gives no answer', async () => {
    const server = await named('r1');
    server.on('upgrade', (_request, socket) => socket.destroy());
    router.route({ r1: 100 });
    expect(await upgradeAt()).toEqual({
      status: 502,
      body: 'nonevent: the revision closed the connection before it answered\n',
    });
    await router.finished('r1', 20_000);
    expect(counted('r1')).toEqual({ requests: 1, lost: 1 });
  });
});

describe('a client that goes away', () => {
  it('before the answer, is in none of the figures', async () => {
    const server = await upstream('r1', () => undefined);
    router.route({ r1: 100 });
    for (const method of ['GET', 'POST']) {
      const client = new AbortController();
      const arrived = once(server, 'request');
      const body = method === 'POST' ? 'x' : null;
      const answer = fetch(url, { method, body, signal: client.signal });
      await arrived;
      client.abort();
      await expect(answer).rejects.toThrow();
    }
    await router.finished('r1', 20_000);
    expect(counted('r1')).toEqual({ requests: 0 });
  });

  it('in the middle of an answer, is no fault of the revision', async () => {
    await upstream('r1', (_request, response) => {
      response.write('a beginning');
    });
    router.route({ r1: 100 });
    const client = new AbortController();
    const response = await fetch(url, { signal: client.signal });
    client.abort();
    await expect(response.text()).rejects.toThrow();
    await router.finished('r1', 20_000);
    expect(counted('r1')).toEqual({ requests: 1, '2xx': 1 });
  });
});

describe('finished', () => {
  it('waits for the requests of one revision and not for those of others', async () => {
    const release: (() => void)[] = [];
    const slow = await upstream('r1', (_request, response) => release.push(() => response.end('done')));
    router.route({ r1: 100 });
    const arrived = once(slow, 'request');
    const answer = fetch(url);
    await arrived;
    let isFinished = false;
    const finished = router.finished('r1', 20_000).then(() => {
      isFinished = true;
    });
    await router.finished('r2', 20_000);
    await new Promise(setImmediate);
    expect(isFinished).toBe(false);
    for (const each of release) each();
    await finished;
    expect(await (await answer).text()).toBe('done');
  });

  it('gives up after the time it was given', async () => {
    const hanging = await upstream('r1', () => undefined);
    router.route({ r1: 100 });
    const arrived = once(hanging, 'request');
    let isAnswered = false;
    const answer = fetch(url).then(({ status }) => {
      isAnswered = true;
      return status;
    });
    await arrived;
    await router.finished('r1', 1);
    expect(isAnswered).toBe(false);
    hanging.closeAllConnections();
    expect(await answer).toBe(502);
  });
});

describe('listen', () => {
  it('says which port is in use and how to find who uses it', async () => {
    const { server, port } = await startUpstream(() => undefined);
    servers.push(server);
    await expect(router.listen(port)).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `port ${port} is in use by another process, so users cannot be served there`,
      hint: `find who it is with \`lsof -nP -iTCP:${port} -sTCP:LISTEN\`, stop it or give the target another port`,
    });
    expect((await fetch(url)).status).toBe(503);
  });

  it('moves to another port while a request is under way', async () => {
    const release: (() => void)[] = [];
    const slow = await upstream('r1', (_request, response) => release.push(() => response.end('done')));
    router.route({ r1: 100 });
    const arrived = once(slow, 'request');
    const answer = fetch(url);
    await arrived;
    const port = await freePort();
    await router.listen(port);
    for (const each of release) each();
    expect(await (await answer).text()).toBe('done');
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), { timeout: 20_000 });
    expect(router.port()).toBe(port);
  });
});
