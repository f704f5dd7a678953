import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore, StreamName } from '../../lib/history/event-store.ts';
import { type Event, event } from '../../lib/history/events.ts';
import { type LocalSystem, startSystem } from '../../lib/local/system.ts';
import { type Run, runCli, startCli } from './run-cli.ts';
import { ARTIFACT, EARLIER_ID, ID, LIVE, requestedBy, STORY } from './sample-deployment.ts';

let folder: string;
let system: LocalSystem;
let store: EventStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-cli-'));
  system = await startSystem({ folder: join(folder, '.nonevent'), functions: () => ({}) });
  store = createDynamoDBEventStore({ client: system.clients.dynamodb, table: system.connection.table });
  await write(`deployment#${EARLIER_ID}`, [requestedBy(EARLIER_ID, '1.0.0')]);
  const lease = { deployment: EARLIER_ID, fence: 1 };
  await write('environment#production', [
    event('LeaseAcquired', { ...lease, pipeline: 'storefront' }),
    event('LiveChanged', { pipeline: 'storefront', ...LIVE }),
    event('LeaseReleased', lease),
  ]);
  await write(`deployment#${ID}`, STORY);
});

afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true, force: true });
});

/** A commit for each event. */
async function write(stream: StreamName, events: readonly Event[]): Promise<void> {
  let { head } = await store.load(stream);
  for (const fact of events) {
    const result = await store.append(head, [fact]);
    if (result.outcome === 'conflict') throw new Error(`somebody else writes to ${stream}`);
    head = result.head;
  }
}

const nonevent = (...words: readonly string[]): Promise<Run> => runCli(words, { cwd: folder });

async function json(...words: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await nonevent(...words, '-o', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('status', () => {
  test('shows what is live and the newest deployments', async () => {
    const { code, stdout, stderr } = await nonevent('status');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}production {3}storefront {2}1\.0\.0 {2}- {9}- {11}free$/m);
    expect(stdout).toMatch(/^ {2}7a31c9e0 {4}storefront {2}2\.0\.0 {4}✖ rolled back {2}/m);
    expect(stdout).toMatch(/^ {2}7a990000 {4}storefront {2}1\.0\.0 {4}▸ running {6}/m);
  });

  test('of a deployment is one document', async () => {
    expect(await json('status', '7a3')).toMatchObject({
      schemaVersion: 1,
      deployment: ID,
      pipeline: 'storefront',
      release: { version: '2.0.0', artifact: ARTIFACT },
      state: ['rolledBack'],
      outcome: 'rolledBack',
      stages: [
        { name: 'unit-tests', class: 'check', state: 'passed', attempts: 1, mode: 'enforcing' },
        { name: 'acquire-production', class: 'change', state: 'undone' },
        { name: 'rollout-place', class: 'change', state: 'undone' },
        {
          name: 'rollout-smoke',
          class: 'check',
          state: 'failed',
          question: 'Does it answer?',
          expected: 'status 200 from /',
          observed: 'status 500 from /',
        },
      ],
      live: LIVE.live,
      knownGood: null,
    });
  });

  test('watching a deployment that has ended shows its last screen and exits as it did', async () => {
    const { code, stderr } = await nonevent('status', ID, '--watch');
    expect(code).toBe(3);
    expect(stderr).toContain('  live now  1.0.0 in production\n  next      nonevent explain 7a31c9e0\n');
  });

  test('watching as JSON Lines gives the whole status a line', async () => {
    const { code, stdout } = await nonevent('status', ID, '--watch', '-o', 'jsonl');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, deployment: ID, outcome: 'rolledBack' });
  });

  test('watching shows each change, and Ctrl-C ends the watching only', async () => {
    const running = 'cccccccccccccccccccc' as DeploymentId;
    await write(`deployment#${running}`, [requestedBy(running, '1.1.0')]);
    const child = startCli(['status', 'cccc', '--watch'], { cwd: folder });
    await child.said('watching; Ctrl-C ends the watching, not the deployment\n');
    await write(`deployment#${running}`, STORY.slice(1, 3));
    await child.said('running     unit-tests  Do the unit tests pass?\n');
    const judgement = { verdict: 'inconclusive', expected: '9 of 9', observed: '3 of 9' } as const;
    await write(`deployment#${running}`, [
      event('StageMeasured', { stage: 'unit-tests', attempt: 1, evidence: null, judgement }),
    ]);
    await child.said('· measured    unit-tests  3 of 9\n');
    child.signal('SIGINT');
    const { code, stderr } = await child.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /stopped watching, the deployment goes on; watch it again with: nonevent status cccccccc --watch\n$/,
    );
    expect((await store.load(`deployment#${running}`)).head.seq).toBe(4);
  });

  test('watching no longer than asked exits 5 and says how to go on', async () => {
    const { code, stderr } = await nonevent('status', EARLIER_ID, '--watch', '--timeout', '300ms');
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /\nthe deployment still runs; watch it again with: nonevent status 7a990000 --watch\n$/,
    );
  });
});

describe('history', () => {
  test('as JSON Lines gives one event a line, with its place in the chain', async () => {
    const { stdout } = await nonevent('history', '7a31', '-o', 'jsonl');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual(STORY.map(({ type }) => type));
    expect(lines[0]).toMatchObject({ stream: `deployment#${ID}`, seq: 1, prev: '0'.repeat(64), v: 1 });
    expect(lines[1]?.prev).toBe(lines[0]?.hash);
    expect(Object.keys(lines[1] ?? {})).toEqual(
      expect.arrayContaining(['stream', 'seq', 'at', 'type', 'data', 'commit', 'prev', 'hash']),
    );
  });

  test('of an environment is found by its stream and by its name', async () => {
    const byStream = await nonevent('history', 'environment#production');
    expect(byStream.stdout).toMatch(
      /^ {3}2 {2}\S+ \S+ {2}LiveChanged {4}storefront 1\.0\.0, known good none$/m,
    );
    expect(await nonevent('history', '--environment', 'production')).toEqual(byStream);
  });

  test('of a stream that nobody wrote is not found', async () => {
    const { code, stderr } = await nonevent('history', '--environment', 'staging');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        '✖ error environment#staging has no history\n  next  see what there is with `nonevent status`\n',
    });
  });
});

describe('replay', () => {
  test('shows a deployment as of a commit', async () => {
    expect(await json('replay', ID, '--at', '3')).toMatchObject({
      deployment: ID,
      seq: 3,
      state: ['unit-tests'],
      view: { stages: [{ name: 'unit-tests', state: 'running' }, {}, {}, {}] },
    });
    const { stdout } = await nonevent('replay', ID, '--at', '3');
    expect(stdout).toMatch(/^▸ running {2}storefront 2\.0\.0/);
    expect(stdout).toContain('as of commit 3 of 13');
  });

  test('refuses a moment that the history does not have', async () => {
    const { code, stderr } = await nonevent('replay', ID, '--at', '99');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no commit 99: the history has the commits 1 to 13');
  });
});

test('explain gives the cause with its evidence, and nothing that could harm a terminal', async () => {
  const { code, stdout } = await nonevent('explain', ID);
  expect(code).toBe(0);
  expect(stdout).toContain('  observed      status 500 from /\n');
  expect(stdout).toContain('  why rejected  the criterion was false\n');
  expect(stdout).toContain('  then          everything was undone\n');
  expect(stdout).toContain('  next          nonevent deploy\n');
  expect(stdout).toContain('    body:\n      no stock\n      at line 3\n');
  expect(stdout).not.toContain('\u001b');
});

describe('ids', () => {
  test('of what is to be changed need four digits', async () => {
    for (const words of [
      ['stop', '7a3', '--yes'],
      ['rollback', '7a3', '--yes'],
    ]) {
      const { code, stderr } = await nonevent(...words);
      expect(code).toBe(2);
      expect(stderr).toContain(
        'the deployment id "7a3" is too short to change anything: expected at least 4 digits',
      );
    }
  });

  test('the name of an environment is no id, and the way to its history is said', async () => {
    const { code, stderr } = await nonevent('history', 'production');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        '✖ error production is an environment and no deployment\n  next  nonevent history --environment production\n',
    });
  });

  test('an ambiguous prefix names the candidates', async () => {
    const { code, stderr } = await nonevent('explain', '7a');
    expect(code).toBe(2);
    expect(stderr).toContain(`7a is the beginning of several deployment ids: ${ID}, ${EARLIER_ID}`);
  });

  test.each([
    ['ffff', 'no deployment has an id that begins with ffff'],
    ['../../etc', 'invalid deployment id "../../etc": expected up to 20 hexadecimal digits, or latest'],
    ['environment#../x', 'invalid stream "environment#../x"'],
  ])('%s is refused with exit 2', async (written, message) => {
    const { code, stderr } = await nonevent('history', written);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('stop', () => {
  test('of a deployment that has ended is a conflict', async () => {
    const { code, stderr } = await nonevent('stop', ID, '--yes');
    expect({ code, stderr }).toEqual({
      code: 6,
      stderr:
        '✖ error deployment 7a31c9e0 has already ended: rolled back\n  next  see `nonevent explain 7a31c9e0`\n',
    });
  });

  test('without a terminal and without --yes shows the consequence and exits 2', async () => {
    const { code, stderr } = await nonevent('stop', EARLIER_ID);
    expect(code).toBe(2);
    expect(stderr).toContain('  stopping it ends it; nothing has been changed so far\n');
    expect(stderr).toContain('say so with --yes');
  });
});

describe('audit verify', () => {
  test('finds every stream sound', async () => {
    expect(await nonevent('audit', 'verify')).toEqual({
      code: 0,
      stdout:
        '✔ sound  4 streams, 21 commits, 21 events, 0 seals\n  sealed  nothing yet: seal it with `nonevent audit seal`\n',
      stderr: '',
    });
  });

  test('names the first bad commit of a stream and exits 8', async () => {
    const tampered = `deployment#${'b'.repeat(20)}` as const;
    await write(tampered, [
      requestedBy('b'.repeat(20) as DeploymentId, '3.0.0'),
      event('DeploymentStarted', { entry: 'forward' }),
    ]);
    await system.clients.dynamodb.send(
      new UpdateItemCommand({
        TableName: system.connection.table,
        Key: { stream: { S: tampered }, seq: { N: '2' } },
        UpdateExpression: 'SET #at = :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':at': { S: '2020-01-01T00:00:00.000Z' } },
      }),
    );
    const { code, stdout } = await nonevent('audit', 'verify', 'bbbb');
    expect(code).toBe(8);
    expect(stdout).toMatch(/^✖ broken {2}deployment#b{20} seq 2 {2}its content hashes to /);
  });
});
