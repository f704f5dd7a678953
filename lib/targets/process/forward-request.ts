import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { createProxyServer } from 'httpxy';
import { agentOver, connectTo } from './connection.ts';

/** How sending a request to a revision went. */
export type Forwarded =
  | { readonly outcome: 'answered' } // the answer was passed on, as far as it came
  | { readonly outcome: 'refused' } // nobody took the connection: nothing was sent
  | { readonly outcome: 'closed' } // a reused connection turned out to be closed, before any byte of an answer
  | { readonly outcome: 'lost'; readonly reason: string } // sent, and no answer
  | { readonly outcome: 'abandoned' }; // the client went away first

export type Listeners = {
  /** The headers of the answer are here. */
  answered(status: number): void;
  /** The answer ended before it was complete, and not because the client went. */
  brokeOff(status: number): void;
};

/**
 * Whether a request may be sent twice: its method is idempotent (RFC 9110 §9.2.2) and it has no body, which would have
 * to be kept.
 */
export function isRepeatable(request: IncomingMessage): boolean {
  return IDEMPOTENT.has(request.method ?? '') && !hasBody(request);
}

/**
 * Sends a request to a port of 127.0.0.1 and passes the answer on. Returns when the answer has ended.
 *
 * With an agent the connection may be a reused one, which the other side may be closing at this very moment. Without
 * one the request has a connection of its own that was just opened, and its body is not touched before that stands.
 */
export async function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  agent: Agent | undefined,
  listeners: Listeners,
): Promise<Forwarded> {
  removeConnectionHeaders(request);
  const socket = agent === undefined ? await connectTo(port) : undefined;
  if (agent === undefined && socket === undefined) return { outcome: 'refused' };
  if (response.destroyed) {
    socket?.destroy();
    return { outcome: 'abandoned' };
  }

  let isReused = false;
  let status: number | undefined;
  const proxy = createProxyServer({
    target: `http://127.0.0.1:${port}`,
    agent: agent ?? (socket && agentOver(socket)),
    xfwd: true,
    headers: { connection: agent === undefined ? 'close' : 'keep-alive' },
  });
  proxy.once('proxyReq', (sent) => {
    isReused = sent.reusedSocket;
  });
  proxy.once('proxyRes', (answer) => {
    const answered = answer.statusCode ?? 0;
    status = answered;
    for (const header of ['connection', 'keep-alive']) delete answer.headers[header];
    answer.once('error', () => {
      if (!response.destroyed) listeners.brokeOff(answered);
    });
    listeners.answered(answered);
  });

  try {
    await proxy.web(request, response);
    return { outcome: status === undefined ? 'abandoned' : 'answered' };
  } catch (thrown) {
    if (status !== undefined) return { outcome: 'answered' };
    if (response.destroyed) return { outcome: 'abandoned' };
    return withoutAnswer(thrown, isReused);
  }
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** They concern the connection that the client has with us. Our server has already answered `Expect: 100-continue`. */
function removeConnectionHeaders(request: IncomingMessage): void {
  for (const header of ['expect', 'keep-alive', 'proxy-connection', 'upgrade'])
    delete request.headers[header];
  // The proxy repeats it in its answer, where any other word would be the client's.
  const { connection } = request.headers;
  if (connection === undefined) return;
  request.headers.connection = /(?:^|,)\s*close\s*(?:,|$)/i.test(connection) ? 'close' : 'keep-alive';
}

function withoutAnswer(thrown: unknown, isReused: boolean): Forwarded {
  const { code, syscall } = thrown as NodeJS.ErrnoException;
  if (syscall === 'connect') return { outcome: 'refused' };
  if (isReused && (code === 'ECONNRESET' || code === 'EPIPE')) return { outcome: 'closed' };
  return { outcome: 'lost', reason: code ?? 'no answer' };
}
