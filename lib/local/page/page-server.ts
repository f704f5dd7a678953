import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { bundlePage, type PageFiles } from './bundle.ts';
import { createPageApp, type PageOptions } from './page-app.ts';
import { portOfLastStart, rememberPort } from './page-port.ts';

export type PageServer = {
  /** Where the page is, without the token. */
  readonly url: string;
  /** The link that opens it. Whoever has it may see everything and stop deployments, until the system ends. */
  readonly link: string;
  readonly close: () => Promise<void>;
};

const TOKEN_BYTES = 24;
const GRACE_MILLISECONDS = 500;

/**
 * Serves the page on 127.0.0.1, at the port of the last start where that is free, so that links into the page outlive a
 * restart. The token is new in each start; the link carries it in its fragment, which a browser sends to nobody.
 */
export async function startPageServer(
  options: Pick<PageOptions, 'store' | 'appends' | 'actor' | 'onError'> & {
    /** Where the port is remembered. */
    readonly portFile: string;
  },
): Promise<PageServer> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const closing = new AbortController();
  let port = 0;
  const app = createPageApp({
    ...options,
    files: bundledOnce(),
    port: () => port,
    token,
    closing: closing.signal,
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  port = await listen(server, await portOfLastStart(options.portFile));
  await rememberPort(options.portFile, port);
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    link: `${url}#token=${token}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // Live streams end with their last message whole; whatever still stands then is cut.
      closing.abort();
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MILLISECONDS);
      server.closeIdleConnections();
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Bundled at the first request. A failure is not kept: the next request tries again. */
function bundledOnce(): () => Promise<PageFiles> {
  let bundled: Promise<PageFiles> | undefined;
  return () => {
    bundled ??= bundlePage().then(
      ({ files }) => files,
      (thrown: unknown) => {
        bundled = undefined;
        throw thrown;
      },
    );
    return bundled;
  };
}

/** Listens at the port, or at any free one where somebody else has it. */
async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (thrown) {
    if (port === 0) throw thrown;
    return listen(server, 0);
  }
  return (server.address() as AddressInfo).port;
}
