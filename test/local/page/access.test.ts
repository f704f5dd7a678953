import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ID } from '../../cli/sample-deployment.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';
import { type ServedPage, servePage } from './serve-page.ts';

let dynalite: Dynalite;
let served: ServedPage;

beforeAll(async () => {
  dynalite = await startDynalite();
  served = await servePage(dynalite);
});
afterAll(async () => {
  await served.close();
  await dynalite.stop();
});

const withToken = (): Record<string, string> => ({ authorization: `Bearer ${served.token}` });

describe('who is let in', () => {
  test.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer 0123456789abcdef0123456789abcdef' }],
    ['a token that only begins right', { authorization: 'Bearer ' }],
  ])('refuses the history to a request with %s', async (_, headers) => {
    for (const path of ['/api/overview', `/api/deployments/${ID}`, '/api/live', '/api/nothing']) {
      expect((await served.ask(path, { headers })).status).toBe(403);
    }
  });

  test.each(['nonevent.example', 'nonevent.example:80', '127.0.0.1', 'localhost:1', '127.0.0.1.nip.io'])(
    'refuses everything at host %s, even with the token',
    async (host) => {
      for (const path of ['/', '/page.js', '/api/overview']) {
        expect((await served.ask(path, { headers: { ...withToken(), host } })).status).toBe(403);
      }
    },
  );

  test.each(['http://127.0.0.1:1', 'https://nonevent.example', 'null', 'http://127.0.0.1'])(
    'refuses everything from origin %s, even with the token',
    async (origin) => {
      for (const path of ['/', '/api/overview']) {
        expect((await served.ask(path, { headers: { ...withToken(), origin } })).status).toBe(403);
      }
    },
  );

  test('refuses a request that a browser says comes from another page', async () => {
    const headers = { ...withToken(), 'sec-fetch-site': 'cross-site' };
    expect((await served.ask('/api/overview', { headers })).status).toBe(403);
  });

  test('lets in whoever has the token, at either name of this machine', async () => {
    for (const host of [`127.0.0.1:${served.port}`, `localhost:${served.port}`]) {
      expect((await served.ask('/api/overview', { headers: { ...withToken(), host } })).status).toBe(200);
    }
  });

  test('has another token in each start, and the same port', async () => {
    const { token, port } = served;
    await served.restart();
    expect(served.port).toBe(port);
    expect(served.token).not.toBe(token);
    expect(
      (await served.ask('/api/overview', { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(403);
  });
});

describe('the files of the page', () => {
  test('hold a browser to our own files, to Trusted Types and to no frame', async () => {
    const { headers } = await served.ask('/');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('set-cookie');
  });

  test('are the same document at every deep link', async () => {
    const { text } = await served.ask('/');
    expect((await served.ask(`/deployments/${ID}?view=log&at=3`)).text).toBe(text);
    expect((await served.ask('/deployments')).status).toBe(404);
  });

  test('keep the security headers where they refuse', async () => {
    const { headers } = await served.ask('/api/overview');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});
