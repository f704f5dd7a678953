import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpStage, httpStage } from '../../../lib/pipeline/kinds/http.ts';
import { AWS_POLICY } from '../../../lib/stages/address-policy.ts';
import type { Json } from '../../../lib/stages/kind.ts';
import { httpKind } from '../../../lib/stages/kinds/http.ts';
import { memoryTarget } from '../memory-target.ts';
import { OURS, stageContext } from '../stage-context.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function stageThat(written: Partial<HttpStage> & { url: string }): HttpStage {
  return httpStage.parse({
    kind: 'http',
    name: 'smoke',
    question: 'Does it answer?',
    expect: '1s',
    timeout: '30s',
    ...written,
  });
}

type Seen = {
  evidence: Record<string, Json>;
  judgement: { verdict: string; expected: string; observed: string };
};

async function ask(
  written: Partial<HttpStage> & { url: string },
  given: Parameters<typeof stageContext>[1] = {},
): Promise<Seen> {
  const stage = stageThat(written);
  const { evidence } = await httpKind.observe(stage, stageContext([stage], given), null);
  return { evidence: evidence as Record<string, Json>, judgement: httpKind.judge(stage, evidence) };
}

const hello: Answer = (_, response) => response.end('hello world');

describe('an http check', () => {
  it('records no secret of the service that answers', async () => {
    process.env.STOREFRONT_LOGIN = 'swordfish';
    const origin = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/next?as=swordfish' }).end();
      else response.end(`{"login":"swordfish"}${'x'.repeat(1010)}`);
    });
    const { evidence } = await ask({ url: `${origin}/` }, { secrets: ['STOREFRONT_LOGIN'] });
    delete process.env.STOREFRONT_LOGIN;
    expect(evidence.url).toBe(`${origin}/next?as=***`);
    expect(evidence.bodyTail).toMatch(/"login":"\*{3}"}x+$/);
    expect(JSON.stringify(evidence)).not.toMatch(/sword|fish/);
  });

  it('passes for the status and text that are expected', async () => {
    const origin = await serve(hello);
    const { evidence, judgement } = await ask({ url: `${origin}/`, contains: 'world', within: 5 });
    expect(evidence).toMatchObject({
      url: `${origin}/`,
      status: 200,
      redirects: 0,
      address: '127.0.0.1',
      containsFound: true,
      bodyTail: 'hello world',
    });
    expect(judgement).toMatchObject({
      verdict: 'pass',
      expected: 'status 200 within 5000 ms and "world" in the body',
    });
    expect(judgement.observed).toMatch(/^status 200 after \d+ ms, text found in the body$/);
  });

  it('fails for another status and for a missing text', async () => {
    const origin = await serve((request, response) => {
      response.statusCode = request.url === '/broken' ? 503 : 200;
      response.end('hello');
    });
    const broken = await ask({ url: `${origin}/broken` });
    expect(broken.judgement.verdict).toBe('fail');
    expect(broken.judgement.observed).toMatch(/^status 503 after \d+ ms$/);
    const other = await ask({ url: origin, contains: 'world' });
    expect(other.judgement.verdict).toBe('fail');
    expect(other.judgement.observed).toMatch(/text not found in the body$/);
  });

  it('fails when the answer does not come in time', async () => {
    const { evidence, judgement } = await ask({ url: await serve(() => {}), within: 0.05 });
    expect(evidence).toMatchObject({ status: null });
    expect(judgement.verdict).toBe('fail');
    expect(judgement.observed).toMatch(/^no answer within \d+ ms$/);
  });

  it('fails when the body does not come in time', async () => {
    const origin = await serve((_, response) => void response.write('the beginning'));
    expect((await ask({ url: origin, within: 0.05 })).judgement.verdict).toBe('fail');
  });

  it('ends when its time is up, with that reason', async () => {
    const controller = new AbortController();
    const origin = await serve(() => controller.abort('out of time'));
    await expect(ask({ url: origin }, { signal: controller.signal })).rejects.toBe('out of time');
  });

  it('reads no more than 256 KB', async () => {
    const origin = await serve((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    const { evidence, judgement } = await ask({ url: origin, contains: 'never there' });
    expect(evidence).toMatchObject({ bodyIsWhole: false, containsFound: false });
    expect(judgement.observed).toContain('text not found in the first 256 KB of the body');
    expect((evidence.bodyTail as string).length).toBe(1024);
  });

  it('takes a body of text as data', async () => {
    const origin = await serve((_, response) => response.end('\u001b[31mred\u202e\u0000'));
    expect((await ask({ url: origin })).evidence.bodyTail).toBe('red');
  });

  it('is an error, to be tried again, when nobody listens or the name is unknown', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(ask({ url: `http://127.0.0.1:${port}/` })).rejects.toMatchObject({
      code: 'Unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await expect(ask({ url: 'http://does-not-exist.invalid/' })).rejects.toMatchObject({
      code: 'Unreachable',
    });
  });

  it('is an error when the connection breaks', async () => {
    const origin = await serve((request) => request.socket.destroy());
    await expect(ask({ url: origin })).rejects.toMatchObject({ code: 'Unreachable' });
  });

  it('records a URL without what nobody may read', async () => {
    const origin = await serve(hello);
    const { evidence } = await ask({
      url: `${origin.replace('//', '//ada:hunter2@')}/?api_key=hunter2&page=1`,
    });
    expect(evidence.url).toBe(`${origin.replace('//', '//***:***@')}/?api_key=***&page=1`);
  });
});

describe('redirects', () => {
  it('are followed, five at most', async () => {
    const origin = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect((await ask({ url: `${origin}/5` })).evidence).toMatchObject({
      status: 200,
      redirects: 5,
      url: `${origin}/0`,
    });
    const { judgement } = await ask({ url: `${origin}/6` });
    expect(judgement).toMatchObject({ verdict: 'fail', observed: 'not asked: more than 5 redirects' });
  });

  it('are not followed when they are what is expected', async () => {
    const origin = await serve((_, response) =>
      response.writeHead(301, { location: 'http://10.0.0.1/' }).end(),
    );
    expect((await ask({ url: origin, status: 301 })).judgement.verdict).toBe('pass');
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://10.0.0.1/',
    'file:///etc/passwd',
  ])('to %s are refused', async (location) => {
    const origin = await serve((_, response) => response.writeHead(302, { location }).end());
    const { judgement, evidence } = await ask({ url: origin });
    expect(judgement.verdict).toBe('fail');
    expect(judgement.observed).toMatch(/^not asked: /);
    expect(evidence.redirects).toBe(1);
  });

  it('take no credentials to another host', async () => {
    let authorization: string | undefined = 'never asked';
    const other = await serve((request, response) => {
      authorization = request.headers.authorization;
      response.end();
    });
    const origin = await serve((_, response) => response.writeHead(302, { location: other }).end());
    await ask({ url: origin.replace('//', '//ada:hunter2@') });
    expect(authorization).toBeUndefined();
  });
});

describe('addresses that may not be asked', () => {
  it.each([
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://[::1]:1/',
    'http://2130706433:1/',
    'http://0x7f000001:1/',
    'http://0177.1:1/',
    'http://[::ffff:127.0.0.1]:1/',
    'http://[64:ff9b::7f00:1]:1/',
    'http://169.254.169.254/latest/meta-data/',
    'gopher://127.0.0.1/',
  ])('are refused in AWS: %s', async (url) => {
    const { judgement } = await ask({ url }, { addresses: AWS_POLICY });
    expect(judgement.verdict).toBe('fail');
    expect(judgement.observed).toMatch(/^not asked: /);
  });

  it('are refused on one machine, but for its own', async () => {
    expect((await ask({ url: 'http://192.168.0.1/' })).judgement.observed).toBe(
      'not asked: 192.168.0.1 is at 192.168.0.1, which may not be asked',
    );
    const origin = await serve(hello);
    expect((await ask({ url: origin.replace('127.0.0.1', 'localhost') })).judgement.verdict).toBe('pass');
  });
});

describe('a path', () => {
  it('is asked of the revision that this deployment placed, or of the router', async () => {
    const target = memoryTarget([OURS]);
    target.serveAt(OURS, await serve((request, response) => response.end(`revision ${request.url}`)));
    target.serveAt('router', await serve((request, response) => response.end(`router ${request.url}`)));
    const { targets } = target;
    expect((await ask({ url: '/health?full' }, { targets })).evidence.bodyTail).toBe('revision /health?full');
    expect((await ask({ url: '/health', through: 'router' }, { targets })).evidence.bodyTail).toBe(
      'router /health',
    );
  });

  it('cannot name another host', async () => {
    const target = memoryTarget([OURS]);
    target.serveAt(OURS, await serve((request, response) => response.end(request.url)));
    const { targets } = target;
    expect((await ask({ url: '//10.0.0.1/x' }, { targets })).evidence.bodyTail).toBe('//10.0.0.1/x');
    expect((await ask({ url: '/@10.0.0.1/x' }, { targets })).evidence.bodyTail).toBe('/@10.0.0.1/x');
  });

  it('is an error while nothing answers there', async () => {
    await expect(ask({ url: '/health' }, { targets: memoryTarget().targets })).rejects.toMatchObject({
      code: 'Unreachable',
      message: `${OURS} does not run, so it cannot be asked`,
    });
  });

  it('is an error in an environment that the pipeline does not have', async () => {
    await expect(ask({ url: '/health', environment: 'staging' })).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('the verdict on an answer', () => {
  it('is inconclusive where the evidence cannot be read, whatever it is', () => {
    const stage = stageThat({ url: '/health', contains: 'x', within: 1 });
    fc.assert(
      fc.property(fc.jsonValue(), (evidence) => {
        fc.pre((evidence as { status?: unknown } | null)?.status !== 200);
        expect(httpKind.judge(stage, evidence as Json).verdict).not.toBe('pass');
      }),
    );
  });

  it('is a failure for what came too late or without the text', () => {
    const stage = stageThat({ url: '/health', contains: 'x', within: 1 });
    const evidence = {
      url: '/',
      status: 200,
      latencyMs: 1000,
      redirects: 0,
      containsFound: true,
      bodyIsWhole: true,
    };
    expect(httpKind.judge(stage, evidence).verdict).toBe('pass');
    expect(httpKind.judge(stage, { ...evidence, latencyMs: 1001 }).verdict).toBe('fail');
    expect(httpKind.judge(stage, { ...evidence, containsFound: null }).verdict).toBe('fail');
  });
});
