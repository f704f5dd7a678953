import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Rule } from '../../lib/local/event-bridge/event-bus.ts';
import type { Handler } from '../../lib/local/functions.ts';
import { type LocalSystem, startSystem } from '../../lib/local/system.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { startTestSystem, type TestSystem } from './test-system.ts';

const rule = (name: string, pattern: Rule['pattern'] = { source: [name] }): Rule => ({
  name,
  pattern,
  function: name,
});

async function startWith(
  handlers: Record<string, Handler>,
  rules: readonly Rule[] = Object.keys(handlers).map((name) => rule(name)),
  folder?: string,
  timeScale = 0.001,
): Promise<LocalSystem> {
  const system = await startSystem({
    folder: folder ?? (await temporaryFolder()),
    functions: () => handlers,
    rules,
    timeScale,
  });
  onTestFinished(() => system.close());
  return system;
}

const A_SECOND_LASTS_AN_HOUR = 3600;

function put(system: LocalSystem, ...Entries: PutEventsRequestEntry[]) {
  return system.clients.events.send(new PutEventsCommand({ Entries }));
}

function entry(
  Source: string,
  detail: object = {},
  DetailType = 'something happened',
): PutEventsRequestEntry {
  return { Source, DetailType, Detail: JSON.stringify(detail) };
}

/** A handler that keeps what it gets, and tells when it has got so many. */
function collector(wanted: number) {
  const events: unknown[] = [];
  const complete = Promise.withResolvers<readonly unknown[]>();
  const handler: Handler = async (event) => {
    events.push(event);
    if (events.length === wanted) complete.resolve(events);
  };
  return { handler, complete: complete.promise };
}

/** Resolves when as many deliveries as wanted are dead letters. */
async function deadLetters(system: LocalSystem, wanted: number) {
  while (system.deadLetters().length < wanted) await new Promise((resolve) => setImmediate(resolve));
  return system.deadLetters();
}

test('delivers an event in its envelope to the function of the rule that matches', async () => {
  const { handler, complete } = collector(1);
  const system = await startWith({ shop: handler });
  const { FailedEntryCount, Entries } = await put(system, {
    ...entry('shop', { version: '1.2.3' }, 'release published'),
    Time: new Date('2026-01-02T03:04:05Z'),
    Resources: ['arn:aws:s3:::bucket'],
  });
  expect(FailedEntryCount).toBe(0);
  expect(await complete).toEqual([
    {
      version: '0',
      id: Entries?.[0]?.EventId,
      'detail-type': 'release published',
      source: 'shop',
      account: '000000000000',
      time: '2026-01-02T03:04:05Z',
      region: 'us-east-1',
      resources: ['arn:aws:s3:::bucket'],
      detail: { version: '1.2.3' },
    },
  ]);
});

test('delivers to every rule that matches, and to no other', async () => {
  const bySource = collector(1);
  const byType = collector(1);
  const byDetail = collector(1);
  let hasStrayed = false;
  const stray: Handler = async () => {
    hasStrayed = true;
  };
  const system = await startWith(
    { bySource: bySource.handler, byType: byType.handler, byDetail: byDetail.handler, stray },
    [
      rule('bySource', { source: ['other', 'shop'] }),
      rule('byType', { 'detail-type': ['released'] }),
      rule('byDetail', { detail: { release: { version: ['1', '2'] }, tags: ['new'] } }),
      rule('stray', { source: ['shop'], detail: { release: { version: ['3'] } } }),
    ],
  );
  await put(system, entry('shop', { release: { version: '2' }, tags: ['old', 'new'] }, 'released'));
  await Promise.all([bySource.complete, byType.complete, byDetail.complete]);
  await system.close();
  expect(hasStrayed).toBe(false);
});

test('tries again until the function takes the event', async () => {
  const delivered = Promise.withResolvers<number>();
  let attempts = 0;
  const system = await startWith({
    shop: async () => {
      attempts += 1;
      if (attempts < 4) throw new Error('not yet');
      delivered.resolve(attempts);
    },
  });
  await put(system, entry('shop'));
  expect(await delivered.promise).toBe(4);
});

test('gives an event up after five attempts, with its reason, while its neighbours proceed', async () => {
  const { handler, complete } = collector(2);
  let attempts = 0;
  const system = await startWith({
    shop: async (event, context) => {
      const { detail } = event as { detail: { poison?: boolean } };
      if (detail.poison !== true) return handler(event, context);
      attempts += 1;
      throw new TypeError('cannot read this');
    },
  });
  const { Entries } = await put(
    system,
    entry('shop', { n: 1 }),
    entry('shop', { poison: true }),
    entry('shop', { n: 2 }),
  );
  await complete;
  const [letter, ...others] = await deadLetters(system, 1);
  expect(others).toEqual([]);
  expect(letter).toMatchObject({
    rule: 'shop',
    attempts: 5,
    reason: expect.stringContaining('TypeError'),
    event: { id: Entries?.[1]?.EventId, detail: { poison: true } },
  });
  expect(letter?.reason).toContain('cannot read this');
  expect(attempts).toBe(5);
});

test('delivers a dead letter that is driven again', async () => {
  const { handler, complete } = collector(1);
  let isMended = false;
  const system = await startWith({
    shop: async (event, context) => {
      if (!isMended) throw new Error('broken');
      return handler(event, context);
    },
  });
  await put(system, entry('shop', { n: 1 }));
  const [letter] = await deadLetters(system, 1);
  isMended = true;
  await system.redrive(letter?.event.id ?? '', 'shop');
  expect(await complete).toMatchObject([{ detail: { n: 1 } }]);
  expect(system.deadLetters()).toEqual([]);
  await expect(system.redrive('unknown', 'shop')).rejects.toMatchObject({ code: 'NotFound' });
});

test('delivers after a restart what was not delivered before it', async () => {
  const folder = await temporaryFolder();
  const entered = Promise.withResolvers<void>();
  const first = await startWith(
    {
      shop: async () => {
        entered.resolve();
        throw new Error('the system is about to end');
      },
    },
    [rule('shop')],
    folder,
    A_SECOND_LASTS_AN_HOUR,
  );
  await put(first, entry('shop', { n: 1 }));
  await entered.promise;
  await first.close();

  const { handler, complete } = collector(1);
  await startWith({ shop: handler }, [rule('shop')], folder);
  expect(await complete).toMatchObject([{ source: 'shop', detail: { n: 1 } }]);
});

test('does not deliver again after a restart what was delivered or given up', async () => {
  const folder = await temporaryFolder();
  const first = await startWith(
    {
      shop: async () => {},
      broken: async () => {
        throw new Error('no');
      },
    },
    undefined,
    folder,
  );
  await put(first, entry('shop'), entry('broken'));
  await deadLetters(first, 1);
  await first.close();

  let deliveries = 0;
  const count: Handler = async () => {
    deliveries += 1;
  };
  const marker = collector(1);
  const second = await startWith(
    { shop: count, broken: count, marker: marker.handler },
    ['shop', 'broken', 'marker'].map((name) => rule(name)),
    folder,
  );
  await put(second, entry('marker'));
  await marker.complete;
  expect(deliveries).toBe(0);
  expect(second.deadLetters()).toMatchObject([{ rule: 'broken', attempts: 5 }]);
});

test('gives up what no rule is left for', async () => {
  const folder = await temporaryFolder();
  const held = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const hold: Handler = async () => {
    entered.resolve();
    await held.promise;
    throw new Error('cut short');
  };
  const first = await startWith({ old: hold }, [rule('old')], folder);
  await put(first, entry('old'));
  await entered.promise;
  const closed = first.close();
  held.resolve();
  await closed;
  const second = await startWith({}, [], folder);
  expect(await deadLetters(second, 1)).toMatchObject([
    { rule: 'old', reason: 'there is no rule old any more' },
  ]);
});

describe('PutEvents', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem();
  });
  afterAll(() => system.close());

  test.each([
    ['an entry without a source', { DetailType: 'x', Detail: '{}' }, 'InvalidArgument'],
    ['an entry without a detail', { Source: 'shop', DetailType: 'x' }, 'InvalidArgument'],
    ['an entry with a long detail type', entry('shop', {}, 'x'.repeat(129)), 'InvalidArgument'],
    ['an entry for another bus', { ...entry('shop'), EventBusName: 'other' }, 'InvalidArgument'],
    ['a detail that is not JSON', { ...entry('shop'), Detail: '{' }, 'MalformedDetail'],
    ['a detail that is no object', { ...entry('shop'), Detail: '[1]' }, 'MalformedDetail'],
    [
      'a detail nested too deeply',
      { ...entry('shop'), Detail: `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}` },
      'MalformedDetail',
    ],
    ['a source of AWS', entry('aws.states'), 'NotAuthorizedForSourceException'],
  ])('refuses %s and takes its neighbour', async (_, bad, code) => {
    const { FailedEntryCount, Entries } = await put(system, bad, entry('shop'));
    expect(FailedEntryCount).toBe(1);
    expect(Entries).toMatchObject([
      { ErrorCode: code },
      { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
  });

  test('refuses no entries, and more than ten', async () => {
    await expect(put(system)).rejects.toMatchObject({ name: 'ValidationException' });
    const eleven = Array.from({ length: 11 }, () => entry('shop'));
    await expect(put(system, ...eleven)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('refuses a request of 1 MB, counted in bytes, and takes one of a byte less', async () => {
    const ofBytes = (bytes: number): PutEventsRequestEntry => {
      const overhead = 'shop'.length + 'x'.length + '{"t":""}'.length;
      const text = `é${'x'.repeat(bytes - overhead - 2)}`;
      return { Source: 'shop', DetailType: 'x', Detail: `{"t":"${text}"}` };
    };
    await expect(put(system, ofBytes(1_048_576))).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await put(system, ofBytes(1_048_575))).toMatchObject({ FailedEntryCount: 0 });
  });
});
