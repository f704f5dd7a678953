import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { AwsError } from './aws-error.ts';
import type { Service } from './json-protocol.ts';
import { refusalOf } from './request-guard.ts';

export type AwsServerOptions = {
  /** 0 for any free port. */
  readonly port: number;
  /** The access key that requests must carry. */
  readonly token: string;
  /** By the prefix of `X-Amz-Target`, such as `AWSStepFunctions`. */
  readonly services: Readonly<Record<string, Service>>;
  /** What `GET /health` answers. */
  readonly health: object;
  /** Hears of errors that are ours. */
  readonly onError: (error: unknown) => void;
};

export type AwsServer = { readonly endpoint: string; readonly close: () => Promise<void> };

/** More than the 1 MB that PutEvents takes, with room for its escaping. */
const BODY_BYTES_AT_MOST = 4 * 1024 * 1024;

/**
 * Serves AWS services that speak JSON 1.0 or 1.1 on 127.0.0.1.
 *
 * Errors: `Unreachable` when the port cannot be had.
 */
export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const server = createServer((request, response) => {
    void answer(request, options).then(
      (given) => send(response, given),
      () => response.destroy(),
    );
  });
  server.listen(options.port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (thrown) {
    throw new NoneventError('Unreachable', `could not listen on port ${options.port}: ${messageOf(thrown)}`, {
      fields: { port: options.port },
      hint: 'choose another port, or none for any free one',
      cause: thrown,
    });
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Answer = { readonly status: number; readonly contentType: string; readonly body: object };

async function answer(request: IncomingMessage, options: AwsServerOptions): Promise<Answer> {
  const refusal = refusalOf(request, options.token);
  if (refusal !== undefined)
    return drained(request, failure(new AwsError('AccessDeniedException', refusal, 403)));
  if (request.method === 'GET' && request.url === '/health') {
    return drained(request, { status: 200, contentType: 'application/json', body: options.health });
  }
  const target = request.headers['x-amz-target'];
  if (request.method !== 'POST' || request.url !== '/' || typeof target !== 'string') {
    return drained(
      request,
      failure(new AwsError('UnknownOperationException', 'nothing is served here', 404)),
    );
  }
  const [prefix = '', name = ''] = target.split('.', 2);
  const service = Object.hasOwn(options.services, prefix) ? options.services[prefix] : undefined;
  const contentType = service?.contentType ?? 'application/x-amz-json-1.0';
  try {
    const operation =
      service && Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
    const body = await bodyOf(request);
    if (operation === undefined)
      throw new AwsError('UnknownOperationException', `the local system has no ${target}`);
    return { status: 200, contentType, body: await operation(body) };
  } catch (thrown) {
    if (thrown instanceof AwsError) return failure(thrown, contentType);
    options.onError(thrown);
    return failure(new AwsError('InternalFailure', messageOf(thrown), 500), contentType);
  }
}

function drained(request: IncomingMessage, given: Answer): Answer {
  request.resume();
  return given;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    // Read to its end all the same: a connection cut in the middle of a request loses the answer.
    if (bytes <= BODY_BYTES_AT_MOST) parts.push(part as Buffer);
  }
  if (bytes > BODY_BYTES_AT_MOST) {
    throw new AwsError(
      'RequestEntityTooLargeException',
      `the request is over ${BODY_BYTES_AT_MOST} bytes`,
      413,
    );
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'the request is not JSON');
  }
}

function failure(error: AwsError, contentType = 'application/x-amz-json-1.0'): Answer {
  return { status: error.status, contentType, body: { __type: error.type, message: error.message } };
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
