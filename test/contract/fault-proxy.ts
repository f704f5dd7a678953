import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What happens to one request. */
export type Fault =
  | 'none'
  /** It arrives and is carried out, but its answer never comes back. */
  | 'answer lost'
  /** It never arrives. */
  | 'request lost'
  /** It is refused because of too many requests. */
  | 'throttled';

export type FaultProxy = {
  readonly port: number;
  /** The operations that reached the proxy, such as `PutItem`, in order. */
  readonly operations: readonly string[];
  readonly stop: () => Promise<void>;
};

/** An HTTP proxy before a DynamoDB endpoint that lets `fault` decide what goes wrong. */
export async function startFaultProxy(
  endpointPort: number,
  fault: (operation: string, earlier: readonly string[]) => Fault | Promise<Fault>,
  adjust: (operation: string, sent: string, answer: Answer) => Answer | Promise<Answer> = (_, __, answer) =>
    answer,
): Promise<FaultProxy> {
  const operations: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const operation = operationOf(incoming);
    const sent = await text(incoming);
    const earlier = [...operations];
    operations.push(operation);
    const happens = await fault(operation, earlier);
    switch (happens) {
      case 'none':
        return reply(outgoing, await adjust(operation, sent, await forward(endpointPort, incoming, sent)));
      case 'answer lost':
        await forward(endpointPort, incoming, sent);
        return incoming.socket.destroy();
      case 'request lost':
        return incoming.socket.destroy();
      case 'throttled':
        return reply(outgoing, THROTTLED);
      default:
        return happens satisfies never;
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, operations, stop };
}

export type Answer = { readonly status: number; readonly body: string };

const THROTTLED: Answer = {
  status: 400,
  body: JSON.stringify({
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'The level of configured provisioned throughput for the table was exceeded',
  }),
};

function operationOf(incoming: IncomingMessage): string {
  return String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
}

async function forward(port: number, incoming: IncomingMessage, body: string): Promise<Answer> {
  const { host: _, ...headers } = incoming.headers;
  const outgoing = request({ host: '127.0.0.1', port, method: incoming.method, headers, agent: false });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

function reply(outgoing: ServerResponse, answer: Answer): void {
  outgoing.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body);
}
