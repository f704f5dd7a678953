import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { AwsError } from '../../lib/local/aws-error.ts';
import { type AwsServer, startAwsServer } from '../../lib/local/aws-server.ts';
import { operation } from '../../lib/local/json-protocol.ts';

const TOKEN = 'token-of-this-test';
const errors: unknown[] = [];
let server: AwsServer;
beforeAll(async () => {
  server = await startAwsServer({
    port: 0,
    token: TOKEN,
    health: { service: 'test' },
    onError: (error) => errors.push(error),
    services: {
      Shop: {
        contentType: 'application/x-amz-json-1.1',
        operations: {
          Echo: operation(z.object({ text: z.string() }), async ({ text }) => ({ text })),
          Refuse: operation(z.object({}), () => Promise.reject(new AwsError('NoSuchThing', 'there is none'))),
          Break: operation(z.object({}), () => Promise.reject(new TypeError('ours'))),
        },
      },
    },
  });
});
afterAll(() => server.close());

type Answer = {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
};

/** Unlike `fetch`, may set the Host header. */
function send(
  headers: Record<string, string | undefined>,
  body = '{}',
  method = 'POST',
  path = '/',
): Promise<Answer> {
  const all: Record<string, string | undefined> = {
    authorization: `AWS4-HMAC-SHA256 Credential=${TOKEN}/20260101/us-east-1/shop/aws4_request`,
    'x-amz-target': 'Shop.Echo',
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const outgoing = request(`${server.endpoint}${path}`, { method, headers: given }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          type: response.headers['content-type'],
          body: JSON.parse(Buffer.concat(parts).toString()),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(method === 'GET' ? undefined : body);
  });
}

test('answers an operation in the protocol of its service', async () => {
  expect(await send({}, '{"text":"é"}')).toEqual({
    status: 200,
    type: 'application/x-amz-json-1.1',
    body: { text: 'é' },
  });
});

test.each([
  ['a foreign host', { host: 'evil.example' }],
  ['a foreign host at our port', { host: 'evil.example:1234' }],
  ['a web page', { origin: 'http://127.0.0.1' }],
  ['no token', { authorization: '' }],
  [
    'another token',
    { authorization: 'AWS4-HMAC-SHA256 Credential=other/20260101/us-east-1/shop/aws4_request' },
  ],
])('refuses %s', async (_, headers) => {
  expect(await send(headers)).toMatchObject({ status: 403, body: { __type: 'AccessDeniedException' } });
});

test('is reached by the name localhost too', async () => {
  const host = `localhost:${new URL(server.endpoint).port}`;
  expect(await send({ host }, '{"text":"x"}')).toMatchObject({ status: 200 });
});

test('serves nothing without a target', async () => {
  expect(await send({ 'x-amz-target': undefined })).toMatchObject({ status: 404 });
  expect(await send({}, '', 'GET', '/')).toMatchObject({ status: 404 });
  expect(await send({}, '{}', 'POST', '/other')).toMatchObject({ status: 404 });
});

test.each(['Shop.Unknown', 'Unknown.Echo', 'Shop.constructor', '__proto__.Echo', 'Shop'])(
  'knows no operation %s',
  async (target) => {
    expect(await send({ 'x-amz-target': target })).toMatchObject({
      status: 400,
      body: { __type: 'UnknownOperationException' },
    });
  },
);

test('tells what is wrong with a request', async () => {
  expect(await send({}, '{')).toMatchObject({ status: 400, body: { __type: 'SerializationException' } });
  expect(await send({}, '{"text":1}')).toMatchObject({
    status: 400,
    body: { __type: 'ValidationException', message: expect.stringContaining('text') },
  });
});

test('answers a request that is too large', async () => {
  const body = JSON.stringify({ text: 'x'.repeat(4 * 1024 * 1024) });
  expect(await send({}, body)).toMatchObject({ status: 413 });
});

test('answers the errors of an operation by their names', async () => {
  expect(await send({ 'x-amz-target': 'Shop.Refuse' })).toMatchObject({
    status: 400,
    body: { __type: 'NoSuchThing', message: 'there is none' },
  });
});

test('answers a bug of ours as an internal failure, and tells of it', async () => {
  expect(await send({ 'x-amz-target': 'Shop.Break' })).toMatchObject({
    status: 500,
    body: { __type: 'InternalFailure', message: 'ours' },
  });
  expect(errors).toMatchObject([{ name: 'TypeError', message: 'ours' }]);
});

test('tells that it is there', async () => {
  expect(await send({}, '', 'GET', '/health')).toMatchObject({ status: 200, body: { service: 'test' } });
});
