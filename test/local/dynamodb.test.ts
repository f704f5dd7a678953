import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { clientsFor, destroyClients } from '../../lib/local/clients.ts';
import { startDynamodb } from '../../lib/local/dynamodb.ts';
import { ensureHistoryTable } from '../../lib/local/history-table.ts';
import { runChild } from './run-child.ts';
import { temporaryFolder } from './temporary-folder.ts';

const TOKEN = 'token-of-this-test';

async function start(folder: string, port = 0) {
  const dynamodb = await startDynamodb({ folder, port, token: TOKEN });
  const { endpoint } = dynamodb;
  const clients = clientsFor({
    token: TOKEN,
    endpoints: { dynamodb: endpoint, states: endpoint, events: endpoint },
  });
  onTestFinished(async () => {
    destroyClients(clients);
    await dynamodb.close();
  });
  return { ...dynamodb, client: clients.dynamodb };
}

function commit(seq: number) {
  return new PutItemCommand({
    TableName: 'nonevent',
    Item: { stream: { S: 'deployment#1' }, seq: { N: String(seq) }, body: { S: `commit ${seq}` } },
  });
}

async function bodyOf(client: DynamoDBClient, seq: number): Promise<string | undefined> {
  const Key = { stream: { S: 'deployment#1' }, seq: { N: String(seq) } };
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'nonevent', Key, ConsistentRead: true }),
  );
  return Item?.body?.S;
}

test('has a table that can be used as soon as it was ensured', async () => {
  const { client } = await start(await temporaryFolder());
  await ensureHistoryTable(client, 'nonevent');
  await client.send(commit(1));
  expect(await bodyOf(client, 1)).toBe('commit 1');
});

test('keeps the table and its items over a restart', async () => {
  const folder = await temporaryFolder();
  const first = await start(folder);
  await ensureHistoryTable(first.client, 'nonevent');
  await first.client.send(commit(1));
  await first.close();

  const second = await start(folder);
  await ensureHistoryTable(second.client, 'nonevent');
  expect(await bodyOf(second.client, 1)).toBe('commit 1');
});

test('loses nothing it acknowledged when the process is killed at once', async () => {
  const folder = await temporaryFolder();
  const child = runChild('dynamodb-process.ts', [folder]);
  let acknowledged = 0;
  while (acknowledged < 40) acknowledged = (await child.next()) as number;
  await child.kill();

  const { client } = await start(folder);
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: 'nonevent',
      KeyConditionExpression: '#stream = :stream',
      ExpressionAttributeNames: { '#stream': 'stream' },
      ExpressionAttributeValues: { ':stream': { S: 'deployment#1' } },
    }),
  );
  // What was under way when the process was killed may be there or not.
  const kept = Items.map((item) => Number(item.seq?.N));
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => index + 1));
  expect(kept.length).toBeGreaterThanOrEqual(40);
});

test('makes a table anew that was half made when the process was killed', async () => {
  const folder = await temporaryFolder();
  await writeHalfMadeTable(folder);
  const { client } = await start(folder);
  await ensureHistoryTable(client, 'nonevent');
  await client.send(commit(1));
  expect(await bodyOf(client, 1)).toBe('commit 1');
});

async function writeHalfMadeTable(folder: string): Promise<void> {
  const fromHere = createRequire(import.meta.url);
  const { Level } = createRequire(fromHere.resolve('dynalite'))('level');
  const database = new Level(folder, { valueEncoding: 'json' });
  await database.put('table~nonevent', { TableName: 'nonevent', TableStatus: 'CREATING' });
  await database.close();
}

test('refuses a folder that another endpoint uses', async () => {
  const folder = await temporaryFolder();
  await start(folder);
  await expect(startDynamodb({ folder, port: 0, token: TOKEN })).rejects.toMatchObject({ code: 'Conflict' });
});

test('refuses a folder that is none', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  await expect(startDynamodb({ folder: join(folder, 'file'), port: 0, token: TOKEN })).rejects.toMatchObject({
    code: 'StoreUnavailable',
  });
});

test('refuses a port that is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const folder = join(await temporaryFolder(), 'data');
  await mkdir(folder);
  await expect(startDynamodb({ folder, port, token: TOKEN })).rejects.toMatchObject({
    code: 'Unreachable',
    fields: { port },
  });
  // The folder is free again.
  await start(folder);
});

const request = { method: 'POST', body: '{}' };
const headers = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.ListTables',
  'x-amz-date': '20260101T000000Z',
  authorization: `AWS4-HMAC-SHA256 Credential=${TOKEN}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
};

test('serves whoever has the token', async () => {
  const { endpoint } = await start(await temporaryFolder());
  expect((await fetch(endpoint, { ...request, headers })).status).toBe(200);
});

test.each([
  ['a request of a web page', { origin: 'http://evil.example' }],
  ['a request without the token', { authorization: headers.authorization.replace(TOKEN, 'guess') }],
])('refuses %s', async (_, foreign) => {
  const { endpoint } = await start(await temporaryFolder());
  const response = await fetch(endpoint, { ...request, headers: { ...headers, ...foreign } });
  expect(response.status).toBe(403);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test('tells when its storage fails instead of ending the process', async () => {
  const folder = await temporaryFolder();
  // Files of at most 32 KB: the database's log is full after a few writes.
  const child = runChild('dynamodb-process.ts', [folder], 'ulimit -f 64');
  let last: unknown;
  while (typeof last !== 'object') last = await child.next();
  expect(last).toMatchObject({ failed: 'StoreUnavailable' });
  await child.kill();
});
