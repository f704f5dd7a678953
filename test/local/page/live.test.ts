import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEventReader, type ServerSentEvent } from '../../../web/live/server-sent-events.ts';
import { ID, STORY } from '../../cli/sample-deployment.ts';
import { type Dynalite, startDynalite } from '../../contract/dynalite.ts';
import { type ServedPage, servePage } from './serve-page.ts';

const STREAM = `deployment#${ID}` as const;

let dynalite: Dynalite;
let served: ServedPage;
let left: AbortController;

beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  served = await servePage(dynalite);
  left = new AbortController();
});
afterEach(async () => {
  left.abort();
  await served.close();
});

/** The messages of the live stream, as the page reads them. */
async function* listen(after?: number): AsyncGenerator<ServerSentEvent> {
  const response = await fetch(new URL(`/api/live?deployment=${ID}`, served.page.url), {
    headers: {
      authorization: `Bearer ${served.token}`,
      ...(after === undefined ? {} : { 'last-event-id': String(after) }),
    },
    signal: left.signal,
  });
  const read = createEventReader();
  const text = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
  for await (const piece of text) yield* read(piece as string);
}

/** The ids of the commits, until the one with this seq. */
async function idsUntil(last: number, messages: AsyncGenerator<ServerSentEvent>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of messages) {
    if (id !== undefined) ids.push(id);
    if (id === String(last)) return ids;
  }
  return ids;
}

async function eventsOf(messages: AsyncGenerator<ServerSentEvent>): Promise<readonly string[]> {
  const events: string[] = [];
  for await (const { event } of messages) events.push(event);
  return events;
}

test('tells every commit once and in order, those that come while it listens too', async () => {
  await served.record(STREAM, STORY.slice(0, 3));
  const messages = listen();
  const heard = idsUntil(STORY.length, messages);
  await served.record(STREAM, STORY.slice(3));
  expect(await heard).toEqual(STORY.map((_, index) => String(index + 1)));
});

test('goes on after the seq that a browser saw last', async () => {
  await served.record(STREAM, STORY);
  expect(await idsUntil(STORY.length, listen(10))).toEqual(['11', '12', '13']);
});

test('takes a last seq that is none for the beginning', async () => {
  await served.record(STREAM, STORY.slice(0, 2));
  const messages = listen(Number.NaN);
  expect(await idsUntil(2, messages)).toEqual(['1', '2']);
});

test('tells the overview at first and whenever it has changed', async () => {
  await served.record(STREAM, STORY.slice(0, 9));
  const states: string[][] = [];
  for await (const { event, data } of listen()) {
    if (event !== 'overview') continue;
    states.push(JSON.parse(data).deployments[0].state);
    if (states.length === 1) await served.record(STREAM, STORY.slice(9, 10));
    if (states.length === 2) break;
  }
  expect(states).toEqual([['rollout-smoke'], ['undo rollout-place']]);
});

test('ends cleanly when the system closes, so that a browser comes again', async () => {
  await served.record(STREAM, STORY.slice(0, 2));
  const messages = listen();
  await messages.next();
  const rest = eventsOf(messages);
  await served.restart();
  expect(await rest).toEqual(['overview', 'commit', 'commit']);
});
