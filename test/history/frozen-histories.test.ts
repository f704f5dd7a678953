import { readFile } from 'node:fs/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { verifyChain } from '../../lib/audit/verify-chain.ts';
import {
  beginningOf,
  type ChainPosition,
  type StoredCommit,
  verifyContinuation,
} from '../../lib/history/chain.ts';
import { decodeEvents } from '../../lib/history/decode.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import { encodeEvents } from '../../lib/history/encode.ts';
import { EVENT_SCHEMAS, type Event } from '../../lib/history/events.ts';
import { indexKindOf } from '../../lib/history/index-key.ts';
import { itemOf } from '../../lib/history/item.ts';
import { startDynalite } from '../contract/dynalite.ts';

type Example = { readonly type: string; readonly v: number; readonly body: string; readonly decoded: Event };
const examples: readonly Example[] = JSON.parse(await read('events-v1.json'));
const commits: readonly StoredCommit[] = JSON.parse(await read('stream-v1.json'));

describe('version 1', () => {
  it('has an example of every event type', () => {
    expect(examples.map(({ type }) => type).toSorted()).toEqual(Object.keys(EVENT_SCHEMAS).toSorted());
  });

  it.each(examples)('$type reads to the same bytes as ever', ({ body, decoded }) => {
    const [event, ...others] = decodeEvents({ stream: 'environment#frozen', seq: 1, body });
    expect(others).toEqual([]);
    expect(JSON.stringify(event)).toBe(JSON.stringify(decoded));
  });

  it.each(examples)('$type still fits its schema, which adds and drops nothing', ({ decoded }) => {
    const [written] = JSON.parse(encodeEvents([decoded]));
    expect(written).toEqual(JSON.parse(JSON.stringify(decoded)));
  });
});

describe('a whole stream of version 1', () => {
  it('has the hashes that an independent program computed', () => {
    let position: ChainPosition = beginningOf('deployment#0123456789abcdef0123');
    for (const commit of commits) {
      expect(verifyContinuation(position, commit)).toBeUndefined();
      position = commit;
    }
    expect(position).toMatchObject({
      seq: 11,
      hash: 'a296719e72f54a5a992de40efa80349c9c31b325865cdb05431fef78ba462c55',
    });
  });

  it('loads from a table and verifies', async () => {
    const dynalite = await startDynalite();
    const [client, table] = [dynalite.client(), await dynalite.newTable()];
    for (const commit of commits) {
      const Item = itemOf(commit, indexKindOf(commit.stream, decodeEvents(commit)));
      await client.send(new PutItemCommand({ TableName: table, Item }));
    }
    const loaded = await createDynamoDBEventStore({ client, table }).load('deployment#0123456789abcdef0123');
    expect(loaded.commits.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      'DeploymentRequested',
      'DeploymentStarted',
      'StageStarted',
      'StagePassed',
      'StageStarted',
      'StagePassed',
      'StageStarted',
      'StageFailed',
      'StageUndone',
      'StageUndone',
      'StageUndone',
      'DeploymentRolledBack',
    ]);
    expect(await verifyChain({ client, table })).toEqual({
      streams: 1,
      commits: 11,
      events: 12,
      findings: [],
    });
    await dynalite.stop();
  });
});

async function read(file: string): Promise<string> {
  return readFile(new URL(`../histories/${file}`, import.meta.url), 'utf8');
}
