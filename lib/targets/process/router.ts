import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Counters, Weights } from '../target.ts';
import { type Forwarded, forwardRequest, hasBody, isRepeatable } from './forward-request.ts';
import { forwardUpgrade } from './forward-upgrade.ts';
import { type Listener, listen } from './listener.ts';
import { createOpenRequests } from './open-requests.ts';
import { answerPlainly, plainAnswer } from './plain-answer.ts';
import { createTrafficCounters } from './traffic-counters.ts';
import { turnsOf } from './turns.ts';

/** Spreads the requests on one port over revisions by weight, and counts what becomes of them. */
export type Router = {
  /** Listens on a port, and no longer on the one before. Requests under way there finish. */
  listen(port: number): Promise<void>;
  /** The port it listens on; `undefined` while it does not. */
  port(): number | undefined;
  /** Takes effect with the next request. Requests under way finish where they are. */
  route(weights: Weights): void;
  /** A revision listens at this port, or at none. */
  moved(revision: string, port: number | undefined): void;
  /** Returns when a revision has no request under way, at the latest after `milliseconds`. */
  finished(revision: string, milliseconds: number): Promise<void>;
  counters(revisions: readonly string[]): Counters;
  /** Takes no more connections, lets requests under way finish for at most `milliseconds`, then ends. */
  close(milliseconds: number): Promise<void>;
};

/**
 * Creates a router that listens nowhere yet. `name` is what its own answers call it.
 *
 * A request goes to a second revision only if the first took no connection, so that nothing was sent. It goes a second
 * time to the same one only if it may be repeated and the connection was a reused one that the revision was closing.
 * Requests that may not be repeated never use a reused connection, so they cannot meet a closing one. Everything else
 * that gets no answer is a 502. Whatever a revision did not answer counts as lost, even if another one then answered.
 */
export function createRouter(name: string): Router {
  const counters = createTrafficCounters();
  const open = createOpenRequests();
  const pool = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  const ports = new Map<string, number>();
  let turns: readonly string[] = [];
  let turn = 0;
  const retired = new Set<Listener>();
  let listener: Listener | undefined;
  let listensSince: number | undefined;

  /** The next revision in turn; where some were tried already, the next other one, without using up a turn. */
  function nextRevision(tried: ReadonlySet<string>): string | undefined {
    if (tried.size > 0) {
      return [...turns.slice(turn), ...turns.slice(0, turn)].find((revision) => !tried.has(revision));
    }
    const next = turns[turn];
    turn = turn + 1 < turns.length ? turn + 1 : 0;
    return next;
  }

  /** Tries revisions until one takes the request. Gives what became of it, or why nobody took it. */
  async function serve(
    send: (port: number, revision: string, beganAt: number) => Promise<Forwarded>,
  ): Promise<Forwarded | { readonly outcome: 'nobody'; readonly tried: readonly string[] }> {
    const tried = new Set<string>();
    for (;;) {
      const revision = nextRevision(tried);
      if (revision === undefined) return { outcome: 'nobody', tried: [...tried] };
      tried.add(revision);
      const end = open.begin(revision);
      try {
        const port = ports.get(revision);
        const forwarded: Forwarded =
          port === undefined ? { outcome: 'refused' } : await send(port, revision, performance.now());
        if (forwarded.outcome === 'refused' || forwarded.outcome === 'lost') counters.lost(revision);
        if (forwarded.outcome !== 'refused') return forwarded;
      } finally {
        end();
      }
    }
  }

  async function handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = async (port: number, revision: string, beganAt: number): Promise<Forwarded> => {
      const listeners = {
        answered: (status: number) => counters.answered(revision, status, performance.now() - beganAt),
        brokeOff: (status: number) => counters.brokeOff(revision, status),
      };
      const agent = isRepeatable(request) ? pool : undefined;
      const first = await forwardRequest(request, response, port, agent, listeners);
      if (first.outcome !== 'closed') return first;
      return forwardRequest(request, response, port, undefined, listeners);
    };
    const forwarded = await serve(send);
    const problem = problemWith(forwarded);
    if (problem === undefined || response.headersSent || response.destroyed) return;
    if (hasBody(request)) response.setHeader('connection', 'close');
    answerPlainly(response, problem.status, problem.text);
  }

  async function handleUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    // Until the connection to the revision stands, nobody else listens.
    socket.on('error', () => socket.destroy());
    const forwarded = await serve((port, revision, beganAt) =>
      forwardUpgrade(request, socket, head, port, (status) =>
        counters.answered(revision, status, performance.now() - beganAt),
      ),
    );
    const problem = problemWith(forwarded);
    if (problem !== undefined && !socket.writableEnded) socket.end(plainAnswer(problem.status, problem.text));
  }

  function problemWith(
    forwarded: Forwarded | { readonly outcome: 'nobody'; readonly tried: readonly string[] },
  ): { readonly status: 502 | 503; readonly text: string } | undefined {
    switch (forwarded.outcome) {
      case 'nobody':
        return forwarded.tried.length === 0
          ? { status: 503, text: `no revision of ${name} has traffic` }
          : {
              status: 502,
              text: `no revision of ${name} took the request (tried ${forwarded.tried.join(', ')})`,
            };
      case 'lost':
        return {
          status: 502,
          text: `a revision of ${name} took the request and gave no answer (${forwarded.reason})`,
        };
      default:
        return undefined;
    }
  }

  return {
    async listen(port) {
      if (listener?.port === port) return;
      const next = await listen(port, {
        request: (request, response) => void handleRequest(request, response),
        upgrade: (request, socket, head) => void handleUpgrade(request, socket, head),
      });
      listener?.retire();
      if (listener !== undefined) retired.add(listener);
      listener = next;
      listensSince ??= Date.now();
    },
    port: () => listener?.port,
    route(weights) {
      const next = turnsOf(weights);
      if (next.join() === turns.join()) return;
      turns = next;
      turn = 0;
    },
    moved(revision, port) {
      if (port === undefined) ports.delete(revision);
      else ports.set(revision, port);
    },
    finished: (revision, milliseconds) => open.finished(milliseconds, revision),
    // What was before it first listened nobody has seen.
    counters: (revisions) => ({ ...counters.snapshot(revisions), since: listensSince ?? Date.now() }),
    async close(milliseconds) {
      listener?.retire();
      await open.finished(milliseconds);
      const all = [...retired, ...(listener === undefined ? [] : [listener])];
      await Promise.all(all.map((each) => each.end()));
      listener = undefined;
      pool.destroy();
    },
  };
}
