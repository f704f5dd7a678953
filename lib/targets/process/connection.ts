import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';

/** Opens a connection to 127.0.0.1; `undefined` when nobody takes it, so that nothing was sent. */
export function connectTo(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const failed = () => resolve(undefined);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

/** An agent for the one request that this open connection is for. */
export function agentOver(socket: Socket): Agent {
  return Object.assign(new Agent({ keepAlive: false }), { createConnection: () => socket });
}
