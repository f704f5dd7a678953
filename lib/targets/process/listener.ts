import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

/** A server on a port of 127.0.0.1. */
export type Listener = {
  readonly port: number;
  /** Takes no new connections from now on; those that are idle end. */
  retire(): void;
  /** Ends all that is left. Returns when the port is free. */
  end(): Promise<void>;
};

export type Handlers = {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
};

/** Listens on a port. Errors: `TargetFailed` where somebody else does, or where it is not allowed. */
export async function listen(port: number, handlers: Handlers): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer({
    // Longer than clients keep their idle connections, so that they close first and never meet a closed one.
    keepAliveTimeout: 75_000,
    shouldUpgradeCallback: ({ method, headers }) =>
      method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', handlers.request);
  server.on('upgrade', (request, socket: Socket, head) => handlers.upgrade(request, socket, head));

  await new Promise<void>((resolve, reject) => {
    server.once('error', (thrown) => reject(listenFailure(port, thrown)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    retire: () => server.close(),
    end: () =>
      new Promise((resolve) => {
        // Closing a server twice is an error that says it is closed.
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Errors: as `listen`, where one could not listen on the port now. */
export async function checkPort(port: number): Promise<void> {
  const listener = await listen(port, { request: () => undefined, upgrade: () => undefined });
  await listener.end();
}

function listenFailure(port: number, thrown: NodeJS.ErrnoException): NoneventError {
  const isTaken = thrown.code === 'EADDRINUSE';
  const what = isTaken
    ? `port ${port} is in use by another process`
    : `cannot listen on port ${port}: ${messageOf(thrown)}`;
  return new NoneventError('TargetFailed', `${what}, so users cannot be served there`, {
    fields: { port },
    hint: isTaken
      ? `find who it is with \`lsof -nP -iTCP:${port} -sTCP:LISTEN\`, stop it or give the target another port`
      : 'give the target another port, from 1024 up',
    cause: thrown,
  });
}
