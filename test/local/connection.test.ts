import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test } from 'vitest';
import { clientsFor, destroyClients } from '../../lib/local/clients.ts';
import { type Connection, readConnection } from '../../lib/local/connection.ts';
import { ownIdentity } from '../../lib/local/process-identity.ts';
import { startSystem } from '../../lib/local/system.ts';
import { runCli } from '../cli/run-cli.ts';
import { runChild } from './run-child.ts';
import { temporaryFolder } from './temporary-folder.ts';

const HINT = 'start it with `nonevent dev`';

async function connectionTo(endpoint: string, process: Connection['process']): Promise<Connection> {
  return {
    process,
    startedAt: '2026-01-01T00:00:00.000Z',
    version: '0.1.0',
    endpoints: { dynamodb: endpoint, states: endpoint, events: endpoint },
    table: 'nonevent',
    token: 'a token of this test',
  };
}

test('finds the system that runs on a folder, and its clients reach it', async () => {
  const folder = await temporaryFolder();
  const system = await startSystem({ folder, functions: () => ({}) });
  onTestFinished(() => system.close());
  const connection = await readConnection(folder);
  expect(connection).toEqual(system.connection);
  const clients = clientsFor(connection);
  onTestFinished(() => destroyClients(clients));
  expect(await clients.states.send(new ListStateMachinesCommand({}))).toMatchObject({ stateMachines: [] });
  const Key = { stream: { S: 'deployment#1' }, seq: { N: '1' } };
  await clients.dynamodb.send(new GetItemCommand({ TableName: connection.table, Key }));
});

test('asks no proxy for a system on this machine', async () => {
  const folder = await temporaryFolder();
  const system = await startSystem({ folder, functions: () => ({}) });
  onTestFinished(() => system.close());
  const proxied = await runCli(['status', '--data', folder], {
    env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9' },
  });
  expect(proxied).toMatchObject({ code: 0, stderr: '' });
});

test('tells that no system runs on a folder', async () => {
  const folder = await temporaryFolder();
  await expect(readConnection(folder)).rejects.toMatchObject({
    code: 'Unreachable',
    message: `no local system runs on ${folder}`,
    hint: HINT,
  });
});

test.each(['', '{', '{"pid":1}'])('takes a file it cannot read for none: %j', async (content) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'system.json'), content);
  await expect(readConnection(folder)).rejects.toMatchObject({ code: 'Unreachable', hint: HINT });
});

test('tells that the system was killed', async () => {
  const folder = await temporaryFolder();
  const child = runChild('system-process.ts', [folder]);
  await child.next();
  await child.kill();
  await expect(readConnection(folder)).rejects.toMatchObject({
    code: 'Unreachable',
    message: `the local system on ${folder} has ended (it was process ${child.process.pid})`,
    hint: HINT,
  });
});

test('is not deceived by another process that has the number of a killed one', async () => {
  const folder = await temporaryFolder();
  const connection = await connectionTo('http://127.0.0.1:1', {
    pid: process.pid,
    started: 'another boot 1',
  });
  await writeFile(join(folder, 'system.json'), JSON.stringify(connection));
  await expect(readConnection(folder)).rejects.toMatchObject({
    message: expect.stringContaining('has ended'),
  });
});

test('tells that the process runs but does not answer', async () => {
  const folder = await temporaryFolder();
  const connection = await connectionTo('http://127.0.0.1:1', await ownIdentity());
  await writeFile(join(folder, 'system.json'), JSON.stringify(connection));
  await expect(readConnection(folder)).rejects.toMatchObject({
    message: `the local system on ${folder} does not answer at http://127.0.0.1:1`,
  });
});

test('trusts no address beyond this machine', async () => {
  const folder = await temporaryFolder();
  const connection = await connectionTo('http://evil.example:80', await ownIdentity());
  await writeFile(join(folder, 'system.json'), JSON.stringify(connection));
  await expect(readConnection(folder)).rejects.toMatchObject({
    message: `no local system runs on ${folder}`,
  });
});
