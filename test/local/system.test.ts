import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test } from 'vitest';
import { readConnection } from '../../lib/local/connection.ts';
import { startSystem } from '../../lib/local/system.ts';
import { createMachine, start, startChild } from './running-systems.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { invoke } from './test-system.ts';

test('tells in system.json how it is reached, for its owner alone, and no longer when it is closed', async () => {
  const folder = await temporaryFolder();
  const system = await start({ folder });
  const file = join(folder, 'system.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(system.connection);
  expect(system.connection).toMatchObject({ process: { pid: process.pid }, table: 'nonevent' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  await system.close();
  await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('gives its functions clients that reach it, a table and folders', async () => {
  const folder = await temporaryFolder();
  const system = await start({
    folder,
    functions: ({ clients, table, folder: parts }) => ({
      write: async () => {
        const Item = { stream: { S: 'deployment#1' }, seq: { N: '1' } };
        await clients.dynamodb.send(new PutItemCommand({ TableName: table, Item }));
        await writeFile(join(parts.work, 'log'), 'written');
        return 'done';
      },
    }),
  });
  expect(await system.invoke('write', {})).toBe('done');
});

test('calls what is to be done at the start once everything runs', async () => {
  const folder = await temporaryFolder();
  const seen: unknown[] = [];
  await start({
    folder,
    functions: () => ({ reconcile: async () => 'driven on' }),
    onStarted: async (system) => {
      seen.push(await system.invoke('reconcile', {}), (await readConnection(folder)).process.pid);
    },
  });
  expect(seen).toEqual(['driven on', process.pid]);
});

test('leaves nothing behind when it cannot start', async () => {
  const folder = await temporaryFolder();
  const failing = start({ folder, onStarted: () => Promise.reject(new Error('cannot reconcile')) });
  await expect(failing).rejects.toThrow('cannot reconcile');
  await start({ folder });
});

test('refuses a port that is in use, and frees the folder', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const folder = await temporaryFolder();
  await expect(start({ folder, ports: { aws: port } })).rejects.toMatchObject({
    code: 'Unreachable',
    fields: { port },
  });
  await start({ folder });
});

test('refuses a second system on its folder and names the process of the first', async () => {
  const folder = await temporaryFolder();
  const { child } = await startChild(folder);
  await expect(startSystem({ folder, functions: () => ({}) })).rejects.toMatchObject({
    code: 'Conflict',
    message: `a local system already runs on ${folder}, as process ${child.process.pid}`,
    fields: { folder, pid: child.process.pid },
  });
  // The first is none the worse for it.
  await readConnection(folder);
});

test('waits for functions that run when it is closed, tells them, and runs no state after', async () => {
  const folder = await temporaryFolder();
  const entered = Promise.withResolvers<void>();
  let steps = 0;
  const system = await start({
    folder,
    functions: ({ closing }) => ({
      step: async () => {
        steps += 1;
        entered.resolve();
        await new Promise((resolve) => closing.addEventListener('abort', resolve, { once: true }));
        return 'ended in order';
      },
    }),
  });
  const arn = await createMachine(
    system.clients,
    'steps',
    invoke('step', {}, { Retry: [{ ErrorEquals: ['States.ALL'] }], End: true }),
  );
  await system.clients.states.send(new StartExecutionCommand({ stateMachineArn: arn, name: 'x' }));
  await entered.promise;
  await system.close();
  expect(steps).toBe(1);
  const next = await start({ folder });
  const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:steps:x';
  expect(await next.clients.states.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    status: 'ABORTED',
  });
  const log = await readFile(join(folder, 'logs', 'functions.jsonl'), 'utf8');
  expect(
    log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ function: 'step', outcome: 'returned' }]);
});

test('closes although a function never ends', async () => {
  const folder = await temporaryFolder();
  const system = await start({
    folder,
    graceMs: 10,
    functions: () => ({ stuck: () => new Promise(() => {}) }),
  });
  void system.invoke('stuck', {});
  await system.close();
  await expect(readConnection(folder)).rejects.toMatchObject({ code: 'Unreachable' });
  await start({ folder });
  expect((await readConnection(folder)).process.pid).toBe(process.pid);
});
