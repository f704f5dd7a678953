import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../lib/audit/verify-chain.ts';
import { hashCommit } from '../../lib/history/chain.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { StreamName } from '../../lib/history/event-store.ts';
import type { Event } from '../../lib/history/events.ts';
import { commitOf, type Item, itemOf } from '../../lib/history/item.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { recordCalls } from '../contract/record-calls.ts';
import { idWith, requested, SUCCEEDED, stopRequested, streamOf, undone } from '../history/sample-events.ts';

const deployment = streamOf(idWith('ab'));
const environment: StreamName = 'environment#production';
let dynalite: Dynalite;
let client: DynamoDBClient;
let table = '';

beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  table = await dynalite.newTable();
  client = dynalite.client();
});

describe('a sound table', () => {
  beforeEach(writeTwoStreams);

  it('has no findings, and every stream, commit and event is counted', async () => {
    expect(await verifyChain({ client, table })).toEqual({ streams: 2, commits: 7, events: 8, findings: [] });
  });

  it('can be verified one stream at a time', async () => {
    expect(await verifyChain({ client, table, stream: environment })).toEqual({
      streams: 1,
      commits: 3,
      events: 4,
      findings: [],
    });
    expect(await verifyChain({ client, table, stream: 'environment#staging' })).toEqual({
      streams: 0,
      commits: 0,
      events: 0,
      findings: [],
    });
  });

  it('of more than 1 MB is read page by page', async () => {
    const large = ['1', '2', '3', '4', '5'].map((digit) => [undone(digit.repeat(300_000))]);
    await write('environment#large', large);
    const calls = recordCalls(client);
    expect(await verifyChain({ client, table })).toMatchObject({ streams: 3, commits: 12, findings: [] });
    expect(calls.map(({ command }) => command)).toEqual(['ScanCommand', 'ScanCommand']);
  });

  it('makes no finding of a scan that gives a stream in another order', async () => {
    const proxy = await startFaultProxy(
      dynalite.port,
      () => 'none',
      (operation, _, answer) => {
        if (operation !== 'Scan') return answer;
        const page = JSON.parse(answer.body);
        return { ...answer, body: JSON.stringify({ ...page, Items: page.Items.toReversed() }) };
      },
    );
    const shuffled = dynalite.client({}, proxy.port);
    expect(await verifyChain({ client: shuffled, table })).toEqual({
      streams: 2,
      commits: 7,
      events: 8,
      findings: [],
    });
    await proxy.stop();
  });
});

describe('tampering', () => {
  beforeEach(writeTwoStreams);

  it('is found at the commit it happened to, whichever it is, and leaves other streams sound', async () => {
    for (const seq of [1, 2, 3, 4]) {
      const original = await item(deployment, seq);
      await put({ ...original, body: { S: String(original.body?.S).replace('1', '2') } });
      const report = await verifyChain({ client, table });
      expect(report).toMatchObject({ streams: 2, commits: 3 + seq - 1 });
      expect(report.findings).toMatchObject([{ stream: deployment, seq }]);
      expect(report.findings[0]?.problem).toMatch(
        /^its content hashes to [0-9a-f]{64}, but its recorded hash is/,
      );
      await put(original);
    }
    expect((await verifyChain({ client, table })).findings).toEqual([]);
  });

  it('by deleting a commit in the middle is found at its seq', async () => {
    await remove(deployment, 2);
    expect((await verifyChain({ client, table })).findings).toEqual([
      { stream: deployment, seq: 2, problem: 'expected seq 2, found seq 3' },
    ]);
  });

  it('by deleting the first commit is found at seq 1', async () => {
    await remove(environment, 1);
    expect((await verifyChain({ client, table })).findings).toEqual([
      { stream: environment, seq: 1, problem: 'expected seq 1, found seq 2' },
    ]);
  });

  it('by changing the order is found at the first commit moved', async () => {
    const [second, third] = [await item(deployment, 2), await item(deployment, 3)];
    await put({ ...second, seq: { N: '3' } });
    await put({ ...third, seq: { N: '2' } });
    expect((await verifyChain({ client, table })).findings).toMatchObject([{ stream: deployment, seq: 2 }]);
  });

  it('by rewriting a commit with its hash is found at the commit after it', async () => {
    await forge(deployment, 2, '[{"type":"StopRequested","v":1,"data":{"actor":"eve","reason":"x"}}]');
    const { findings } = await verifyChain({ client, table });
    expect(findings).toMatchObject([{ stream: deployment, seq: 3 }]);
    expect(findings[0]?.problem).toMatch(/^expected a link to [0-9a-f]{64}, found a link to [0-9a-f]{64}$/);
  });

  it('in two streams gives a finding for each', async () => {
    await remove(deployment, 2);
    await remove(environment, 2);
    const { findings } = await verifyChain({ client, table });
    expect(findings.map(({ stream, seq }) => `${stream} ${seq}`).toSorted()).toEqual([
      `${deployment} 2`,
      `${environment} 2`,
    ]);
  });

  it('by taking an attribute away is found', async () => {
    const { prev: _, ...rest } = await item(environment, 3);
    await put(rest);
    expect((await verifyChain({ client, table, stream: environment })).findings).toEqual([
      { stream: environment, seq: 3, problem: 'an attribute is missing or of another form' },
    ]);
  });

  it('by adding a stream of no known kind is found', async () => {
    await put({ ...(await item(environment, 1)), stream: { S: 'secrets' } });
    expect((await verifyChain({ client, table })).findings).toEqual([
      { stream: 'secrets', seq: 1, problem: 'no stream has such a name' },
    ]);
  });
});

describe('an event with a right hash', () => {
  beforeEach(writeTwoStreams);

  it('is held against its schema', async () => {
    await forge(environment, 3, '[{"type":"StopRequested","v":1,"data":{"actor":7,"reason":"x"}}]');
    expect((await verifyChain({ client, table })).findings).toEqual([
      {
        stream: environment,
        seq: 3,
        problem:
          'event StopRequested does not fit its schema: ✖ Invalid input: expected string, received number → at actor',
        bytes: { from: 1, to: 63 },
      },
    ]);
  });

  it('of an unknown type is named', async () => {
    await forge(environment, 3, '[{"type":"StageDreamt","v":1,"data":{}}]');
    expect((await verifyChain({ client, table })).findings).toEqual([
      {
        stream: environment,
        seq: 3,
        problem: `commit 3 of ${environment} holds StageDreamt version 1: this version of Nonevent has no such type`,
      },
    ]);
  });
});

describe('the index', () => {
  beforeEach(writeTwoStreams);

  it('cannot hide a deployment', async () => {
    const { ix: _, ixAt, ...rest } = await item(deployment, 1);
    await put(rest);
    expect((await verifyChain({ client, table })).findings).toEqual([
      {
        stream: deployment,
        seq: 1,
        problem: `expected opened ${ixAt?.S} in the index, found no entry`,
      },
    ]);
  });

  it('cannot list what is no opening or conclusion', async () => {
    await put({ ...(await item(environment, 2)), ix: { S: 'opened' }, ixAt: { S: 'x' } });
    expect((await verifyChain({ client, table })).findings).toEqual([
      { stream: environment, seq: 2, problem: 'expected no entry in the index, found opened x' },
    ]);
  });
});

it('reports an outage as StoreUnavailable', async () => {
  await expect(verifyChain({ client, table: 'no-such-table' })).rejects.toMatchObject({
    code: 'StoreUnavailable',
    fields: { operation: 'scan', error: 'ResourceNotFoundException' },
  });
});

it('refuses a stream that is not one', async () => {
  await expect(verifyChain({ client, table, stream: 'deployment#*' })).rejects.toMatchObject({
    code: 'InvalidInput',
  });
});

async function writeTwoStreams(): Promise<void> {
  await write(deployment, [
    [requested(idWith('ab'))],
    [stopRequested('reason 1')],
    [stopRequested('reason 1')],
    [SUCCEEDED],
  ]);
  await write(environment, [
    [stopRequested('a'), stopRequested('b')],
    [stopRequested('c')],
    [stopRequested('d')],
  ]);
}

async function write(stream: StreamName, commits: readonly (readonly Event[])[]): Promise<void> {
  const store = createDynamoDBEventStore({ client, table });
  let { head } = await store.load(stream);
  for (const events of commits) {
    const result = await store.append(head, events);
    if (result.outcome === 'appended') head = result.head;
  }
}

/** Rewrites a commit as somebody would who knows the layout. */
async function forge(stream: StreamName, seq: number, body: string): Promise<void> {
  const original = commitOf(await item(stream, seq));
  if (original === undefined) throw new Error('expected the original to be sound');
  const { hash: _, ...unhashed } = { ...original, body };
  await put(itemOf({ ...unhashed, hash: hashCommit(unhashed) }, undefined));
}

async function item(stream: StreamName, seq: number): Promise<Item> {
  const key = { stream: { S: stream }, seq: { N: String(seq) } };
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key }));
  return Item ?? {};
}

async function put(Item: Item): Promise<void> {
  await client.send(new PutItemCommand({ TableName: table, Item }));
}

async function remove(stream: StreamName, seq: number): Promise<void> {
  const key = { stream: { S: stream }, seq: { N: String(seq) } };
  await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
}
