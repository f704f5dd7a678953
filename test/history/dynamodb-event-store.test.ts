import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore, Head } from '../../lib/history/event-store.ts';
import type { Event } from '../../lib/history/events.ts';
import type { Item } from '../../lib/history/item.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { type Answer, type Fault, type FaultProxy, startFaultProxy } from '../contract/fault-proxy.ts';
import { recordCalls } from '../contract/record-calls.ts';
import { idWith, requested, SUCCEEDED, stopRequested, streamOf, undone } from './sample-events.ts';

const stream = streamOf(idWith('ab'));
let dynalite: Dynalite;
let proxy: FaultProxy | undefined;
let client: DynamoDBClient;
let store: EventStore;
let table = '';

beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  table = await dynalite.newTable();
  client = dynalite.client();
  store = createDynamoDBEventStore({ client, table });
});
afterEach(async () => {
  await proxy?.stop();
  proxy = undefined;
});

describe('a lost answer', () => {
  it('is found to be a success when the repeat meets the commit that the first try wrote', async () => {
    const { faulty, head } = await behindProxy((_, earlier) =>
      earlier.length === 0 ? 'answer lost' : 'none',
    );
    const result = await faulty.append(head, [stopRequested('once')]);
    expect(result).toMatchObject({ outcome: 'appended', head: { seq: 1 } });
    expect(proxy?.operations).toEqual(['PutItem', 'PutItem', 'Query']);
    expect(await eventsIn(store)).toEqual([[stopRequested('once')]]);
    if (result.outcome === 'appended')
      expect(await faulty.append(result.head, [SUCCEEDED])).toMatchObject({ outcome: 'appended' });
  });

  it('needs no read where the endpoint returns the item on a failed condition', async () => {
    const { faulty, head } = await behindProxy(
      (_, earlier) => (earlier.length === 0 ? 'answer lost' : 'none'),
      async (operation, sent, answer) => {
        if (operation !== 'PutItem' || answer.status !== 400) return answer;
        const { Item, ReturnValuesOnConditionCheckFailure } = JSON.parse(sent);
        expect(ReturnValuesOnConditionCheckFailure).toBe('ALL_OLD');
        const there = await client.send(
          new GetItemCommand({ TableName: table, Key: { stream: Item.stream, seq: Item.seq } }),
        );
        return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), Item: there.Item }) };
      },
    );
    expect(await faulty.append(head, [stopRequested('once')])).toMatchObject({ outcome: 'appended' });
    expect(proxy?.operations).toEqual(['PutItem', 'PutItem']);
  });

  it('is a conflict when the request was lost and somebody else wrote in between', async () => {
    const { faulty, head } = await behindProxy(async (_, earlier) => {
      if (earlier.length > 0) return 'none';
      const rival = await store.load(stream);
      await store.append(rival.head, [stopRequested('rival')]);
      return 'request lost';
    });
    expect(await faulty.append(head, [stopRequested('late')])).toEqual({ outcome: 'conflict' });
    expect(await eventsIn(store)).toEqual([[stopRequested('rival')]]);
  });
});

describe('throttling and outages', () => {
  it('rides out a burst of throttling and writes once', async () => {
    const { faulty, head } = await behindProxy((_, earlier) => (earlier.length < 2 ? 'throttled' : 'none'));
    expect(await faulty.append(head, [stopRequested('x')])).toMatchObject({ outcome: 'appended' });
    expect(proxy?.operations).toEqual(['PutItem', 'PutItem', 'PutItem']);
    expect(await eventsIn(store)).toEqual([[stopRequested('x')]]);
  });

  it('gives up on lasting throttling after the attempts it was given, with nothing half done', async () => {
    const { faulty, head } = await behindProxy(() => 'throttled');
    await expect(faulty.append(head, [stopRequested('x')])).rejects.toMatchObject({
      name: 'NoneventError',
      code: 'StoreUnavailable',
      message: `could not append to a history in table ${table}: ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was exceeded`,
      fields: { table, error: 'ProvisionedThroughputExceededException' },
      cause: { name: 'ProvisionedThroughputExceededException' },
    });
    expect(proxy?.operations).toEqual(['PutItem', 'PutItem', 'PutItem']);
    expect(await eventsIn(store)).toEqual([]);
  });

  it('reports an outage of every operation as StoreUnavailable with its cause', async () => {
    const { faulty, head } = await behindProxy(() => 'none', undefined, 1);
    await proxy?.stop();
    const unavailable = {
      code: 'StoreUnavailable',
      hint: 'nonevent doctor',
      cause: { code: 'ECONNREFUSED' },
    };
    await expect(faulty.append(head, [stopRequested('x')])).rejects.toMatchObject(unavailable);
    await expect(faulty.load(stream)).rejects.toMatchObject(unavailable);
    await expect(faulty.loadAfter(head)).rejects.toMatchObject(unavailable);
    await expect(faulty.list('opened', 1)).rejects.toMatchObject(unavailable);
    await expect(faulty.find('ab')).rejects.toMatchObject(unavailable);
    await expect(faulty.find(idWith('ab'))).rejects.toMatchObject(unavailable);
  });

  it('reports an answer that is lost for good as StoreUnavailable, and the next load tells the truth', async () => {
    const { faulty, head } = await behindProxy(() => 'answer lost', undefined, 1);
    await expect(faulty.append(head, [stopRequested('x')])).rejects.toMatchObject({
      code: 'StoreUnavailable',
    });
    expect(await eventsIn(store)).toEqual([[stopRequested('x')]]);
  });

  it('reports an outage while it looks who wrote first', async () => {
    const { faulty, head } = await behindProxy(
      (operation) => (operation === 'Query' ? 'throttled' : 'none'),
      undefined,
      1,
    );
    await store.append((await store.load(stream)).head, [stopRequested('rival')]);
    await expect(faulty.append(head, [stopRequested('x')])).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringContaining(`could not read in table ${table}`),
    });
  });

  it('says what to do when the table does not exist', async () => {
    const nowhere = createDynamoDBEventStore({ client, table: 'no-such-table' });
    await expect(nowhere.load(stream)).rejects.toMatchObject({
      code: 'StoreUnavailable',
      fields: { error: 'ResourceNotFoundException' },
      hint: 'the table does not exist: start `nonevent dev`, or deploy the stack that makes it',
    });
  });
});

describe('what a call costs', () => {
  it('appends with one request and no read when the head is in hand', async () => {
    let { head } = await store.load(stream);
    const calls = recordCalls(client);
    for (const text of ['one', 'two', 'three']) {
      const result = await store.append(head, [stopRequested(text)]);
      if (result.outcome === 'appended') head = result.head;
    }
    expect(calls.map(({ command }) => command)).toEqual([
      'PutItemCommand',
      'PutItemCommand',
      'PutItemCommand',
    ]);
  });

  it('lists and finds among 200 deployments by reading as much as among 3', async () => {
    const open = async (from: number, to: number) => {
      for (let number = from; number < to; number++) {
        const id = idWith(number.toString(16).padStart(3, '0'));
        const { head } = await store.load(streamOf(id));
        await store.append(head, [requested(id)]);
      }
    };
    const costs = async () => {
      const own = dynalite.client();
      const calls = recordCalls(own);
      const measured = createDynamoDBEventStore({ client: own, table });
      await measured.list('opened', 1);
      await measured.find('00');
      await measured.find(idWith('001'));
      return calls.map(({ command, items }) => `${command} ${items}`);
    };
    await open(0, 3);
    const few = await costs();
    await open(3, 200);
    expect(await costs()).toEqual(few);
    expect(few).toEqual(['QueryCommand 1', 'QueryCommand 2', 'QueryCommand 1']);
  });

  it('reads a stream of more than 1 MB in as many queries as it has pages', async () => {
    let { head } = await store.load(stream);
    for (let number = 0; number < 7; number++) {
      const result = await store.append(head, [undone('x'.repeat(300_000))]);
      if (result.outcome === 'appended') head = result.head;
    }
    const calls = recordCalls(client);
    expect((await store.load(stream)).commits).toHaveLength(7);
    expect(calls.map(({ command, items }) => `${command} ${items}`)).toEqual([
      'QueryCommand 4',
      'QueryCommand 3',
    ]);
  });
});

describe('a damaged history', () => {
  const events = [stopRequested('one'), stopRequested('two'), stopRequested('three'), stopRequested('four')];
  beforeEach(() => write(events));

  it('loads as long as nobody touched it', async () => {
    expect(await eventsIn(store)).toEqual(events.map((event) => [event]));
  });

  it.each([
    ['at', '2020-01-01T00:00:00.000Z'],
    ['commit', 'another'],
    ['prev', 'f'.repeat(64)],
    ['hash', 'f'.repeat(64)],
    ['body', '[{"type":"StopRequested","v":1,"data":{"actor":"eve","reason":"two"}}]'],
  ])('is refused when the %s of a commit was changed', async (attribute, value) => {
    await put({ ...(await item(2)), [attribute]: { S: value } });
    await expectDamage(2);
  });

  it('is refused when a body was cut short', async () => {
    const whole = await item(3);
    await put({ ...whole, body: { S: String(whole.body?.S).slice(0, -10) } });
    await expectDamage(3);
  });

  it('is refused when an attribute is missing', async () => {
    const { hash: _, ...rest } = await item(2);
    await put(rest);
    await expectDamage(2, 'an attribute is missing or of another form');
  });

  it('is refused when a commit in the middle is missing', async () => {
    await remove(2);
    await expectDamage(2, 'expected seq 2, found seq 3');
  });

  it('is refused when its first commit is missing', async () => {
    await remove(1);
    await expectDamage(1, 'expected seq 1, found seq 2');
  });

  it('is refused when two commits changed places', async () => {
    const [second, third] = [await item(2), await item(3)];
    await put({ ...second, seq: { N: '3' } });
    await put({ ...third, seq: { N: '2' } });
    await expectDamage(2);
  });

  it('is refused when a commit was taken from another stream', async () => {
    await put({ ...(await item(1)), stream: { S: 'environment#production' } });
    await expect(store.load('environment#production')).rejects.toMatchObject({
      code: 'HistoryCorrupt',
      fields: { stream: 'environment#production', seq: 1 },
    });
  });

  it('is refused from a known head on when what follows does not continue it', async () => {
    const { head } = await store.load(stream);
    await store.append(head, [stopRequested('five')]);
    await put({ ...(await item(5)), prev: { S: 'f'.repeat(64) } });
    await expect(store.loadAfter(head)).rejects.toMatchObject({ code: 'HistoryCorrupt', fields: { seq: 5 } });
  });
});

it('refuses a commit that opens and concludes a deployment, as it could be listed only once', async () => {
  const { head } = await store.load(stream);
  await expect(store.append(head, [requested(idWith('ab')), SUCCEEDED])).rejects.toThrow(
    `a commit that opens and concludes ${stream}: expected two commits`,
  );
});

it.each(['', 'é', 'a b', 'x'.repeat(201)])(
  'refuses the commit id %j, which could not be read again',
  async (id) => {
    const odd = createDynamoDBEventStore({ client, table, newCommitId: () => id });
    const { head } = await odd.load(stream);
    await expect(odd.append(head, [stopRequested('x')])).rejects.toThrow(
      `invalid commit id ${JSON.stringify(id)}: expected 1 to 200 printable ASCII characters`,
    );
    expect(await eventsIn(store)).toEqual([]);
  },
);

async function behindProxy(
  fault: (operation: string, earlier: readonly string[]) => Fault | Promise<Fault>,
  adjust?: (operation: string, sent: string, answer: Answer) => Promise<Answer>,
  maxAttempts = 3,
): Promise<{ readonly faulty: EventStore; readonly head: Head }> {
  const { head } = await store.load(stream);
  proxy = await startFaultProxy(dynalite.port, fault, adjust);
  const faulty = createDynamoDBEventStore({ client: dynalite.client({ maxAttempts }, proxy.port), table });
  return { faulty, head };
}

async function eventsIn(from: EventStore): Promise<readonly (readonly Event[])[]> {
  return (await from.load(stream)).commits.map((commit) => commit.events);
}

async function write(events: readonly Event[]): Promise<void> {
  let { head } = await store.load(stream);
  for (const event of events) {
    const result = await store.append(head, [event]);
    if (result.outcome === 'appended') head = result.head;
  }
}

async function item(seq: number): Promise<Item> {
  const key = { stream: { S: stream }, seq: { N: String(seq) } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key }));
  return Item ?? {};
}

async function put(Item: Item): Promise<void> {
  await client.send(new PutItemCommand({ TableName: table, Item }));
}

async function remove(seq: number): Promise<void> {
  const key = { stream: { S: stream }, seq: { N: String(seq) } };
  await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
}

async function expectDamage(seq: number, problem = ''): Promise<void> {
  await expect(store.load(stream)).rejects.toMatchObject({
    code: 'HistoryCorrupt',
    message: expect.stringContaining(`commit ${seq} of ${stream} is damaged: ${problem}`),
    fields: { stream, seq },
    hint: 'nonevent audit verify',
  });
}
