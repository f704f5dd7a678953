import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore, StreamName } from '../../../lib/history/event-store.ts';
import type { Event } from '../../../lib/history/events.ts';
import { createAppends } from '../../../lib/local/page/appends.ts';
import { type PageServer, startPageServer } from '../../../lib/local/page/page-server.ts';
import type { Dynalite } from '../../contract/dynalite.ts';

export type ServedPage = {
  readonly page: PageServer;
  readonly store: EventStore;
  readonly token: string;
  readonly port: number;
  /** Appends each event as a commit of its own. */
  readonly record: (stream: StreamName, events: readonly Event[]) => Promise<void>;
  readonly ask: (path: string, asked?: Asked) => Promise<Answered>;
  /** The page's server again on the same folder, as after a restart. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type Asked = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
};
export type Answered = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
};

/** The page over an empty history. */
export async function servePage(dynalite: Dynalite): Promise<ServedPage> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-page-'));
  const appends = createAppends();
  const store = appends.telling(
    createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() }),
  );
  const start = (): Promise<PageServer> =>
    startPageServer({
      store,
      appends,
      actor: 'ada',
      portFile: join(folder, 'page-port'),
      onError: (thrown) => {
        throw thrown;
      },
    });
  let page = await start();
  return {
    store,
    get page() {
      return page;
    },
    get token() {
      return tokenIn(page);
    },
    get port() {
      return Number(new URL(page.url).port);
    },
    record: async (stream, events) => {
      let { head } = await store.load(stream);
      for (const event of events) {
        const result = await store.append(head, [event]);
        if (result.outcome === 'conflict') throw new Error(`somebody else wrote to ${stream}`);
        head = result.head;
      }
    },
    ask: (path, asked) => send(page.url, path, asked),
    restart: async () => {
      await page.close();
      page = await start();
    },
    close: async () => {
      await page.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function tokenIn({ link }: PageServer): string {
  return new URLSearchParams(new URL(link).hash.slice(1)).get('token') ?? '';
}

/** One request with exactly these headers; `fetch` would not let a test choose Host. */
async function send(url: string, path: string, asked: Asked = {}): Promise<Answered> {
  const sent = request(new URL(path, url), {
    method: asked.method ?? 'GET',
    headers: asked.headers,
    agent: false,
  });
  sent.end(asked.body === undefined ? undefined : JSON.stringify(asked.body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(parts).toString('utf8'),
  };
}
