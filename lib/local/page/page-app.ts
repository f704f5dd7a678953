import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { readOverview } from '../../environments/overview.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { findDeployment } from '../../history/find-deployment.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { type ErrorCode, messageOf, NoneventError } from '../../nonevent-error.ts';
import { requestStop } from '../../stages/drive/request-stop.ts';
import type { Appends } from './appends.ts';
import type { PageFiles } from './bundle.ts';
import { knownStreams } from './known-streams.ts';
import { commitDocument, liveEvents, NEWEST } from './live-events.ts';
import { overviewDocument } from './overview-document.ts';
import { refusalOf } from './refusal.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export type PageOptions = {
  readonly store: EventStore;
  readonly appends: Appends;
  readonly files: () => Promise<PageFiles>;
  /** The port that the page is reached at. */
  readonly port: () => number;
  readonly token: string;
  /** Who is recorded to have asked for what is asked here. */
  readonly actor: string;
  /** Aborts when the system closes. */
  readonly closing: AbortSignal;
  /** Hears of errors that are ours. */
  readonly onError: (thrown: unknown) => void;
};

const BODY_BYTES_AT_MOST = 32 * 1024;
const stopBody = z.strictObject({ reason: z.string().trim().min(1).max(4000) });
const seqOf = z.coerce.number().int().min(0).catch(0);

/** The page and its API. Everything reads, except that a deployment can be asked to stop. */
export function createPageApp(options: PageOptions): Hono {
  const { port, token, files, actor, onError } = options;
  const store = knownStreams(options.store);
  const app = new Hono();

  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    const { method, path } = context.req;
    const refusal = refusalOf({ method, path, header: (name) => context.req.header(name) }, port(), token);
    return refusal === undefined
      ? next()
      : context.json({ error: { code: 'Refused', message: refusal } }, 403);
  });

  app.get('/', async (context) => context.html((await files())['/']));
  app.get('/deployments/:id', async (context) => context.html((await files())['/']));
  app.get('/page.js', async (context) => typed(context, 'text/javascript', (await files())['/page.js']));
  app.get('/page.css', async (context) => typed(context, 'text/css', (await files())['/page.css']));
  app.get('/icon.svg', async (context) => typed(context, 'image/svg+xml', (await files())['/icon.svg']));

  app.get('/api/overview', async (context) =>
    context.json(overviewDocument(await readOverview(store, NEWEST))),
  );
  app.get('/api/deployments/:id', async (context) => {
    const deployment = await findDeployment(store, context.req.param('id'));
    const { commits } = await store.load(deploymentStream(deployment));
    return context.json({ schemaVersion: 1, deployment, commits: commits.map(commitDocument) });
  });
  app.get('/api/live', async (context) => {
    const written = context.req.query('deployment');
    const deployment = written === undefined ? undefined : await findDeployment(store, written);
    return live(context, options, store, deployment);
  });
  app.post('/api/deployments/:id/stop', bodyLimit({ maxSize: BODY_BYTES_AT_MOST }), async (context) => {
    const deployment = await findDeployment(store, context.req.param('id'));
    const body = stopBody.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) {
      throw new NoneventError('InvalidInput', 'a stop needs a reason of 1 to 4000 characters', {
        hint: 'say why it is stopped; it is recorded',
      });
    }
    return context.json({
      deployment,
      result: await requestStop(options.store, { deployment, actor, reason: body.data.reason }),
    });
  });

  app.notFound((context) =>
    context.json({ error: { code: 'NotFound', message: 'nothing is served here' } }, 404),
  );
  app.onError((thrown, context) => {
    if (thrown instanceof NoneventError) {
      const { code, message, hint } = thrown;
      return context.json({ error: { code, message, hint } }, STATUS_OF_CODE[code] ?? 500);
    }
    onError(thrown);
    return context.json({ error: { code: 'Bug', message: messageOf(thrown) } }, 500);
  });
  return app;
}

const STATUS_OF_CODE: Readonly<Partial<Record<ErrorCode, 400 | 404 | 409 | 503>>> = {
  InvalidInput: 400,
  NotFound: 404,
  Conflict: 409,
  StoreUnavailable: 503,
};

function typed(context: Context, type: string, text: string): Response {
  return context.body(text, 200, { 'content-type': `${type}; charset=utf-8` });
}

/** Server-sent events, from the commit after `Last-Event-ID` on. */
function live(
  context: Context,
  { appends, closing, onError }: PageOptions,
  store: EventStore,
  deployment: DeploymentId | undefined,
): Response {
  const after = seqOf.parse(context.req.header('last-event-id'));
  return streamSSE(
    context,
    async (stream) => {
      const left = new AbortController();
      stream.onAbort(() => left.abort());
      const ended = AbortSignal.any([left.signal, closing]);
      if (deployment !== undefined) await stream.writeSSE({ event: 'deployment', data: deployment });
      const follow = deployment === undefined ? undefined : { deployment, after };
      for await (const message of liveEvents(store, appends, follow, ended)) await stream.writeSSE(message);
    },
    // The connection closes; the page comes again and resumes. An outage of the store ends it like any other.
    async (thrown) => {
      if (!closing.aborted) onError(thrown);
    },
  );
}
