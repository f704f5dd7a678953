import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'httpxy';
import { agentOver, connectTo } from './connection.ts';
import type { Forwarded } from './forward-request.ts';
import { plainAnswer } from './plain-answer.ts';

/**
 * Connects a client that asks for a WebSocket with a port of 127.0.0.1. Returns when the connection has ended.
 *
 * `answered` is told the status of the answer, 101 for a WebSocket. Where there is none, the client gets a 502.
 */
export async function forwardUpgrade(
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
  port: number,
  answered: (status: number) => void,
): Promise<Forwarded> {
  const socket = await connectTo(port);
  if (socket === undefined) return { outcome: 'refused' };
  if (client.destroyed) {
    socket.destroy();
    return { outcome: 'abandoned' };
  }

  let forwarded: Forwarded = { outcome: 'abandoned' };
  const proxy = createProxyServer({
    target: `http://127.0.0.1:${port}`,
    agent: agentOver(socket),
    xfwd: true,
  });
  proxy.once('proxyReqWs', (sent) => {
    const answer = ({ statusCode = 0 }: IncomingMessage) => {
      forwarded = { outcome: 'answered' };
      answered(statusCode);
    };
    sent.once('upgrade', answer);
    sent.once('response', answer);
    sent.once('error', (thrown: NodeJS.ErrnoException) => {
      if (forwarded.outcome === 'answered' || client.destroyed) return;
      forwarded = { outcome: 'lost', reason: thrown.code ?? 'no answer' };
      client.write(plainAnswer(502, 'the revision closed the connection before it answered'));
    });
  });
  // What happens on the way is in `forwarded`; the promise says when it is over.
  await proxy.ws(request, client, {}, head).catch(() => undefined);
  if (!client.closed) await new Promise((resolve) => client.once('close', resolve));
  socket.destroy();
  return forwarded;
}
