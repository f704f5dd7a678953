import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldEnvironment } from '../../lib/environments/environment.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import { type NoneventSystem, startNonevent } from '../../lib/local/nonevent-system.ts';
import { type Run, runCli } from './run-cli.ts';

/** One story in one folder: each test goes on where the one before it ended. */
let folder: string;
let system: NoneventSystem;
let stuck = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-unlock-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0' }));
  await writeFile(
    join(folder, 'nonevent.yaml'),
    `pipeline: shop
environments:
  production: { target: { kind: process, start: 'true', port: 4100 } }
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: 'true', expect: 1s }
  - { name: announce, kind: custom, question: Is it announced?, run: 'true', undo: echo the printer is on fire; exit 1, expect: 1s }
  - { name: watch, kind: command, question: Is it liked?, run: 'false', expect: 1s }
`,
  );
  // Five tries of an undo, without the pauses between them.
  system = await startNonevent({ folder: join(folder, '.nonevent'), timeScale: 0.001 });
});

afterAll(async () => {
  await system.stopAll();
  await rm(folder, { recursive: true, force: true });
});

const nonevent = (...words: readonly string[]): Promise<Run> =>
  runCli(words, { cwd: folder, env: { NONEVENT_ACTOR: 'ada' } });

async function production() {
  const { clients, connection } = system;
  const store = createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table });
  return (await store.load('environment#production')).commits;
}

test('while a deployment is stuck nothing else begins, and it is said what frees the environment', async () => {
  const first = await nonevent('deploy');
  expect(first.code).toBe(4);
  stuck = first.stdout.trim();
  const explained = await nonevent('explain', stuck);
  expect(explained.stdout).toContain('the lease stays with this deployment until `nonevent unlock` frees it');
  const second = await nonevent('deploy', '--again');
  expect(second.code).toBe(6);
  expect(second.stderr).toContain(
    `deployment ${stuck} of pipeline shop is stuck and keeps the lease of environment production, until`,
  );
  expect((await nonevent('explain', 'latest')).stdout).toContain('`nonevent unlock production`');
});

test('without a reason it is refused, after what is true was said', async () => {
  const { code, stderr } = await nonevent('unlock', 'production', '--yes');
  expect(code).toBe(2);
  expect(stderr).toContain('  not undone: announce: ');
  expect(stderr).toContain(
    '  recorded as live in production: nothing of shop; whatever comes next starts from that',
  );
  expect(stderr).toContain('by it you say that what is there is as recorded again');
  expect(stderr).toContain('no reason is given: expected what you have made sure of');
});

test('with one it frees the lease, and records who vouches for what', async () => {
  const { code, stdout, stderr } = await nonevent(
    'unlock',
    'production',
    '--yes',
    '--reason',
    'taken back by phone',
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${stuck}\n` });
  expect(stderr).toContain('production is free; the next deployment can begin');
  const commits = await production();
  expect(commits.at(-1)?.events).toEqual([
    {
      type: 'LeaseFreed',
      v: 1,
      data: { deployment: stuck, fence: 1, actor: 'ada', reason: 'taken back by phone' },
    },
  ]);
  expect(foldEnvironment(commits)).toMatchObject({ lease: undefined, live: {} });
  expect((await nonevent('history', '--environment', 'production')).stdout).toContain(
    `of deployment ${stuck}, by ada: taken back by phone`,
  );
});

test('again it has nothing to do, and the name of an environment that is none is a mistake', async () => {
  const again = await nonevent('unlock', 'production', '--yes', '--reason', 'once more', '-o', 'json');
  expect({ code: again.code, stdout: JSON.parse(again.stdout) }).toMatchObject({
    code: 0,
    stdout: { environment: 'production', freed: null },
  });
  expect((await nonevent('unlock', 'prodution', '--yes', '--reason', 'x')).code).toBe(2);
});
