import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import { event } from '../../lib/history/events.ts';
import { type NoneventSystem, startNonevent } from '../../lib/local/nonevent-system.ts';
import { type Run, runCli } from './run-cli.ts';

/** Says which process it is and what it reads in the flag document, anew at each request. */
const SERVER = `const { readFileSync } = require('node:fs');
require('node:http')
  .createServer((request, response) =>
    response.end(JSON.stringify({ pid: process.pid, ...JSON.parse(readFileSync(process.env.NONEVENT_FLAGS)) })))
  .listen(process.env.PORT, '127.0.0.1');
`;

let folder: string;
let port: number;
let system: NoneventSystem;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-flag-'));
  port = await freePort();
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0' }));
  await writeFile(join(folder, 'server.js'), SERVER);
  await writeFile(
    join(folder, 'nonevent.yaml'),
    `pipeline: shop
environments:
  production: { target: { kind: process, start: node server.js, port: ${port} } }
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: node --check server.js, expect: 1s }
  - { name: rollout, kind: blueGreen }
  - { name: activate, kind: flag, flag: new-checkout, value: for staff }
`,
  );
  system = await startNonevent({ folder: join(folder, '.nonevent') });
});

afterAll(async () => {
  await system.stopAll();
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const nonevent = (...words: readonly string[]): Promise<Run> =>
  runCli(words, { cwd: folder, env: { NONEVENT_ACTOR: 'ada' } });

async function json(...words: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await nonevent(...words, '-o', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

type Answer = { readonly pid: number; readonly flags: Readonly<Record<string, unknown>> };
const ask = async (): Promise<Answer> => (await fetch(`http://127.0.0.1:${port}/`)).json() as Promise<Answer>;
const document = async (environment: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, '.nonevent', 'flags', `${environment}.json`), 'utf8'));

describe('nonevent flag', () => {
  test('says that none is set, before anything was deployed', async () => {
    expect(await nonevent('flag')).toEqual({ code: 0, stdout: 'no flag is set\n', stderr: '' });
    expect(await nonevent('flag', 'production', 'maxItems')).toEqual({
      code: 0,
      stdout: 'not set\n',
      stderr: '',
    });
  });

  test('sets a flag as an event with actor and reason', async () => {
    expect(await nonevent('flag', 'production', 'maxItems', '10', '--reason', 'a large sale')).toEqual({
      code: 0,
      stdout: '10\n',
      stderr: 'maxItems was not set in production before\n',
    });
    expect(await nonevent('flag', 'production', 'maxItems', '10')).toEqual({
      code: 0,
      stdout: '10\n',
      stderr: 'maxItems was that already in production; nothing has changed\n',
    });
    const { stdout, stderr } = await nonevent('flag', 'production', 'maxItems');
    expect(stdout).toBe('10\n');
    expect(stderr).toMatch(/^ {5}1 {2}20\d\d-.+Z {2}10 {2}ada: a large sale\n$/);
  });

  test('takes a flag away', async () => {
    expect(await json('flag', 'production', 'zip', '01234')).toMatchObject({ value: '01234', before: null });
    expect(await json('flag', 'production', 'zip', '--remove')).toMatchObject({ value: null });
    expect(await json('flag', 'production')).toEqual({
      schemaVersion: 1,
      environments: [
        {
          environment: 'production',
          flags: {
            maxItems: {
              value: 10,
              actor: 'ada',
              reason: 'a large sale',
              request: expect.any(String),
              askedAt: expect.any(String),
            },
          },
        },
      ],
    });
  });

  test('makes no environment out of a typing error', async () => {
    expect(await nonevent('flag', 'prodution', 'maxItems', '10')).toEqual({
      code: 2,
      stdout: '',
      stderr: '✖ error there is no environment prodution\n  next  did you mean production?\n',
    });
  });

  test.each([
    [['production', 'max items', '1'], 'invalid name "max items"'],
    [['production', 'maxItems', '1', '--remove'], 'a flag that is removed gets no value'],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await nonevent('flag', ...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('a service', () => {
  let pid: number;

  test('gets the flags that were set before it was deployed, and those of its deployment', async () => {
    const { code, stderr } = await nonevent('deploy');
    expect(code, stderr).toBe(0);
    const answer = await ask();
    pid = answer.pid;
    expect(answer).toMatchObject({
      environment: 'production',
      flags: { maxItems: 10, 'new-checkout': 'for staff' },
    });
  });

  test('sees a flag that is set by hand without a restart', async () => {
    await nonevent('flag', 'production', 'new-checkout', 'true', '--reason', 'for everybody');
    await expect.poll(ask).toMatchObject({ pid, flags: { maxItems: 10, 'new-checkout': true } });
  });

  test('is shown with its flags by status', async () => {
    const { stdout } = await nonevent('status');
    expect(stdout).toMatch(/^Flags\n {2}environment {2}flag {10}value\n {2}production {3}maxItems {6}10$/m);
    expect(await json('status')).toMatchObject({
      environments: [{ environment: 'production', flags: { maxItems: 10, 'new-checkout': true } }],
    });
  });

  test('sees after a restart what a crash had kept from being published', async () => {
    const store = createDynamoDBEventStore({
      client: system.clients.dynamodb,
      table: system.connection.table,
    });
    const { head } = await store.load('environment#production');
    const lost = event('FlagChanged', { flag: 'maxItems', value: 99, actor: 'ada', reason: 'then killed' });
    await store.append(head, [lost]);
    await system.close();
    system = await startNonevent({ folder: join(folder, '.nonevent') });
    expect(await document('production')).toMatchObject({ flags: { maxItems: 99, 'new-checkout': true } });
    expect(await ask()).toMatchObject({ pid, flags: { maxItems: 99 } });
  });

  test('gets a flag back that a deployment had set and that failed afterwards', async () => {
    const file = join(folder, 'nonevent.yaml');
    const fails = '  - { name: fails, kind: http, url: /, through: router, status: 404, retries: 0 }\n';
    await writeFile(file, `${await readFile(file, 'utf8')}${fails}`);
    const { code } = await nonevent('deploy', '--release', '2.0.0');
    expect(code).toBe(3);
    expect(await ask()).toMatchObject({ pid, flags: { maxItems: 99, 'new-checkout': true } });
    const { stdout } = await nonevent('history', '--environment', 'production');
    expect(stdout).toMatch(/new-checkout set to "for staff" by ada: stage activate of shop 2\.0\.0$/m);
    expect(stdout).toMatch(/new-checkout set to true by ada: undo of stage activate$/m);
  });
});
