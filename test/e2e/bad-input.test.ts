import { chmod, mkdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifyChain } from '../../lib/audit/verify-chain.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import { clientsFor, destroyClients } from '../../lib/local/clients.ts';
import { readConnection } from '../../lib/local/connection.ts';
import { type BusRecord, busRecord } from '../../lib/local/event-bridge/deliveries.ts';
import { freePort } from '../../lib/targets/process/free-port.ts';
import { BIN, type Run, runCli, startCli } from '../cli/run-cli.ts';
import { type App, makeApp } from './app.ts';
import {
  commitsOnce,
  ended,
  environmentNow,
  eventsIn,
  executionEnding,
  type Request,
  request,
  requestOf,
  withTrigger,
} from './deploying.ts';
import { type Dev, startDev } from './dev.ts';
import { type Ground, gone, openGround, PATIENCE } from './ground.ts';
import { keepAsking } from './keep-asking.ts';
import { change, check, environments, shift, waitingCheck } from './pipelines.ts';

// Bounds for a machine that is busy; nothing waits for them.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Each test has an app, a pipeline and an environment of its own, on one system. */
let ground: Ground;
let dev: Dev;

beforeAll(async () => {
  ground = await openGround();
  dev = await startDev(ground);
});

afterAll(async () => {
  const { dynamodb: client, table } = dev.system;
  const { findings } = await verifyChain({ client, table });
  const { code } = await dev.stop();
  const left = await ground.processes();
  await ground.clear();
  expect(findings).toEqual([]);
  expect(code).toBe(143);
  expect(left).toEqual([]);
});

async function callsOf(stage: string): Promise<readonly string[]> {
  return (await ground.lines('log')).filter((line) => line.split(' ')[1] === stage);
}

async function busRecords(): Promise<readonly BusRecord[]> {
  return (await ground.lines('data/events/events.jsonl')).map((line) => busRecord.parse(JSON.parse(line)));
}

/** The id that a command answered with. */
function idIn({ stdout }: Pick<Run, 'stdout'>) {
  return deploymentId.parse(stdout.trim());
}

/** The environment is free and the deployment has ended with everything undone. */
async function expectNothingLeft(app: App, id: ReturnType<typeof idIn>): Promise<void> {
  const { view } = await ended(dev.system, id);
  expect(['failed', 'rolledBack']).toContain(view.outcome);
  expect((await environmentNow(dev.system, app.name)).lease).toBeUndefined();
}

// First of all: an event is given up after five attempts, which takes 15 seconds.
test.concurrent('an event of no known form is kept as a dead letter, and its neighbours proceed', async () => {
  const port = await freePort(new Set());
  const text = `pipeline: beside\n${environments(ground.root, { name: 'beside', port })}stages:${check('ok')}${change(ground.root, 'c-beside', 'beside')}`;
  const asked = await requestOf(ground, text, '1.0.0');
  await dev.system.register(asked.pipeline);
  const clients = clientsFor(await readConnection(ground.data));
  const { Entries = [], FailedEntryCount } = await clients.events.send(
    new PutEventsCommand({
      Entries: [{ release: 'latest' }, asked, { ...asked, deployment: 'a'.repeat(20) }, undefined].map(
        (detail) => ({
          Source: 'test',
          DetailType: 'Deployment Requested',
          Detail: detail === undefined ? '{"deployment":' : JSON.stringify(detail),
        }),
      ),
    }),
  );
  destroyClients(clients);
  expect(FailedEntryCount).toBe(1);
  expect(Entries[3]?.ErrorCode).toBe('MalformedDetail');
  expect((await ended(dev.system, asked.deployment)).view.outcome).toBe('succeeded');
  const reasonOf = (event: string | undefined) =>
    vi.waitFor(async () => {
      const dead = (await busRecords()).flatMap((record) =>
        record.type === 'dead' && record.event === event ? [record.reason] : [],
      );
      expect(dead.length).toBe(1);
      return dead[0];
    }, PATIENCE);
  expect(await reasonOf(Entries[0]?.EventId)).toContain('pipeline');
  expect(await reasonOf(Entries[2]?.EventId)).toContain(`content gives ${asked.deployment}`);
});

test.concurrent('a service that never becomes healthy is not placed, and says why', async () => {
  const app = await makeApp(
    ground,
    'sick',
    `${check('ok')}
  - { kind: place, name: place-it, environment: sick, timeout: 8s }${shift('sick', 100)}`,
  );
  await ground.say('sick-1.0.0-sick');
  const run = await app.type('deploy', '--release', '1.0.0-sick');
  expect(run.stderr).toMatch(/✖ rolled back {2}sick 1\.0\.0-sick/);
  expect(run.stderr).toContain('no outcome within 8 s');
  expect(run.stderr).toContain('the last answer to GET /health was: status 503');
  expect(run.stderr).toContain('version 1.0.0-sick begins');
  expect(run.code).toBe(3);
  await expectNothingLeft(app, idIn(run));
  const [started = ''] = (await ground.lines('starts')).filter((line) => line.startsWith('1.0.0-sick '));
  await gone(Number(started.split(' ')[1]));
});

test.concurrent('a service that ends at once is not placed, and its last words are told', async () => {
  const app = await makeApp(
    ground,
    'short',
    `${check('ok')}
  - { kind: place, name: place-it, environment: short, retries: 0 }${shift('short', 100)}`,
    (text) => text.replace('exec node service.mjs', "echo 'no database at db:5432' >&2; exit 3"),
  );
  const run = await app.type('deploy', '--release', '1.0.0');
  expect(run.stderr).toContain(
    'exited with code 3 before it was healthy; its log ends: no database at db:5432',
  );
  expect(run.code).toBe(3);
  await expectNothingLeft(app, idIn(run));
});

test.concurrent('a port that somebody else has is named', async ({ onTestFinished }) => {
  const app = await makeApp(
    ground,
    'taken',
    `${check('ok')}
  - { kind: place, name: place-it, environment: taken, retries: 0 }${shift('taken', 100)}`,
  );
  const squatter = createServer();
  onTestFinished(() => void squatter.close());
  await new Promise<void>((resolve) => squatter.listen(app.port, '127.0.0.1', resolve));
  const run = await app.type('deploy', '--release', '1.0.0');
  expect(run.stderr).toContain(`port ${app.port} is in use by another process`);
  expect(run.code).toBe(3);
  await expectNothingLeft(app, idIn(run));
});

test.concurrent('a command that hangs is ended with all its children, deaf ones too', async () => {
  const app = await makeApp(
    ground,
    'hangs',
    `
  - kind: command
    name: hangs
    question: Does it end?
    run: |
      trap '' TERM
      sleep 1000 & echo $! >"$ROOT/near"
      setsid sleep 1000 & echo $! >"$ROOT/far"
      wait
    timeout: 3s
    env: { ROOT: ${ground.root} }${change(ground.root, 'c-hangs', 'hangs')}`,
  );
  const run = await app.type('deploy', '--release', '1.0.0');
  for (const which of ['near', 'far']) {
    const [pid] = await ground.lines(which, 1);
    await gone(Number(pid));
  }
  expect(run.stderr).toContain('no outcome within 3 s');
  expect(run.code).toBe(3);
  expect(await ground.lines('log').then((lines) => lines.filter((line) => line.includes('c-hangs')))).toEqual(
    [],
  );
  await expectNothingLeft(app, idIn(run));
});

test.concurrent('a command that floods its output leaves a bounded log and its last words', async () => {
  const app = await makeApp(
    ground,
    'floods',
    `
  - kind: command
    name: floods
    question: Is it quiet?
    run: yes flood | head -c 30000000; echo; echo the last words; exit 4${change(ground.root, 'c-floods', 'floods')}`,
  );
  const run = await app.type('deploy', '--release', '1.0.0');
  expect(run.stderr).toContain('exit code 4; last line: the last words');
  expect(run.code).toBe(3);
  const id = idIn(run);
  const { size } = await stat(join(ground.data, 'work', id, 'floods.run-1.log'));
  expect(size).toBeGreaterThan(10_000_000);
  expect(size).toBeLessThan(11_000_000);
  const commits = await commitsOnce(dev.system, id, () => true);
  expect(Math.max(...commits.map(({ body }) => body.length))).toBeLessThan(10_000);
  expect(JSON.stringify(commits)).toContain('30000016');
  await expectNothingLeft(app, id);
});

test.concurrent('a revision that dies in the middle of a canary is rejected, and the live one serves', async ({
  onTestFinished,
}) => {
  const stages = `${check('ok')}
  - kind: canary
    name: release
    environment: dies
    steps: [50, 100]
    analysis: { for: 1s, minRequests: 5, errorRate: { max: 10% } }`;
  const app = await makeApp(ground, 'dies', stages);
  const asking = keepAsking(app.url);
  onTestFinished(asking.stop);
  expect((await app.type('deploy', '--release', '1.0.0')).code).toBe(0);
  await ground.say('dies-2.0.0');
  asking.taken();
  const run = await app.type('deploy', '--release', '2.0.0');
  const during = asking.taken();
  const of = (what: string) => during.filter((answer) => answer === what).length;
  expect(run.stderr).toMatch(/✖ failed +release-50-analysis .*error rate/);
  expect(run.code).toBe(3);
  expect(new Set(during)).toEqual(new Set(['1.0.0', 'status 502']));
  expect(of('1.0.0')).toBeGreaterThan(of('status 502'));
  await expectNothingLeft(app, idIn(run));
  for (let request = 0; request < 10; request += 1) expect(await (await fetch(app.url)).text()).toBe('1.0.0');
});

test.concurrent('a second release waits while the first is under way, says for whom, and has its turn', async () => {
  const app = await makeApp(
    ground,
    'busy',
    `${check('ok')}${change(ground.root, 'c-busy', 'busy')}${waitingCheck(ground.root, 'busy-check')}`,
  );
  const first = app.start('deploy', '--release', '1.0.0');
  await ground.waiting('busy-check', '1.0.0', 1);
  const second = app.start('deploy', '--release', '2.0.0');
  await second.said('waiting     acquire-busy');
  expect((await app.type('status')).stdout).toMatch(/held by [0-9a-f]{8}, then [0-9a-f]{8}$/m);
  await ground.say('go-busy-check');
  const [run, next] = [await first.ended, await second.ended];
  expect(next.stderr).toContain(`deployment ${idIn(run)} of busy holds busy; this one is next`);
  expect([run.code, next.code]).toEqual([0, 0]);
  expect(await ground.lines('log').then((lines) => lines.filter((line) => line.includes('c-busy')))).toEqual([
    'apply c-busy called',
    'apply c-busy effective',
    'apply c-busy called',
    'apply c-busy effective',
  ]);
  expect(await environmentNow(dev.system, app.name)).toMatchObject({ lease: undefined, queue: [] });
});

test.concurrent('stop ends the running command, and the waiting of everybody', async () => {
  const app = await makeApp(
    ground,
    'stops',
    `${check('ok')}${change(ground.root, 'c-stops', 'stops')}${waitingCheck(ground.root, 'stops-check')}`,
  );
  const id = idIn(await app.type('deploy', '--release', '1.0.0', '--detach'));
  const pid = await ground.waiting('stops-check', '1.0.0', 1);
  const watching = app.start('status', id, '--watch');
  await watching.said('stops-check');
  const unasked = await app.type('stop', id);
  expect(unasked.stderr).toContain('say so with --yes');
  expect(unasked.code).toBe(2);

  const stop = await app.type('stop', id.slice(0, 12), '--yes', '--reason', 'the wrong branch');
  expect(stop.stderr).toMatch(/undone +c-stops, acquire-stops/);
  expect(stop.stderr).toContain('tester: the wrong branch');
  expect(stop.code).toBe(7);
  expect((await watching.ended).code).toBe(7);
  await gone(pid);
  await expectNothingLeft(app, id);

  const late = await app.type('stop', id, '--yes');
  expect(late.stderr).toContain('has already ended: ');
  expect(late.code).toBe(6);
});

test.concurrent('an id that is unknown, ambiguous or none is told apart', async () => {
  const app = await makeApp(ground, 'ids', `${check('ok')}${change(ground.root, 'c-ids', 'ids')}`);
  const unknown = await app.type('status', 'f'.repeat(20));
  expect(unknown.stderr).toContain('no deployment has an id that begins with ffffffffffffffffffff');
  expect(unknown.code).toBe(2);
  const none = await app.type('explain', '../../etc/passwd');
  expect(none.stderr).toContain('../../etc/passwd');
  expect(none.code).toBe(2);

  const text = `pipeline: ids\n${environments(ground.root, { name: 'ids', port: app.port })}stages:${check('ok')}${change(ground.root, 'c-ids', 'ids')}`;
  const [one, other] = await twins(text);
  for (const asked of [one, other]) await request(dev.system, asked);
  for (const { deployment } of [one, other]) await ended(dev.system, deployment);
  const ambiguous = await app.type('history', one.deployment.slice(0, 4));
  expect(ambiguous.stderr).toContain(
    `${one.deployment.slice(0, 4)} is the beginning of several deployment ids: `,
  );
  expect(ambiguous.code).toBe(2);
});

/** Two requests of which the ids begin with the same four digits. */
async function twins(text: string): Promise<readonly [Request, Request]> {
  const any = await requestOf(ground, text, '1.0.0');
  const seen = new Map<string, Request>();
  for (let number = 0; ; number += 1) {
    const asked = withTrigger(any, `twin ${number}`);
    const start = asked.deployment.slice(0, 4);
    const twin = seen.get(start);
    if (twin !== undefined) return [twin, asked];
    seen.set(start, asked);
  }
}

test.concurrent('without a local system every command says how to start one', async () => {
  const app = await makeApp(ground, 'alone', `${check('ok')}${change(ground.root, 'c-alone', 'alone')}`);
  const elsewhere = join(ground.root, 'elsewhere');
  for (const words of [
    ['deploy', '--release', '1.0.0'],
    ['status'],
    ['history', 'latest'],
    ['stop', 'latest', '--yes'],
  ]) {
    const run = await app.type(...words, '--data', elsewhere);
    expect(run.stderr).toContain(`no local system runs on ${elsewhere}`);
    expect(run.stderr).toContain('start it with `nonevent dev`');
    expect(run.stdout).toBe('');
    expect(run.code).toBe(9);
  }
});

test.concurrent('a second local system on the folder is refused', async () => {
  const run = await runCli(['dev'], { cwd: ground.root, env: { NONEVENT_DATA: ground.data } });
  expect(run.stderr).toMatch(/a local system already runs on .*, as process \d+/);
  expect(run.code).toBe(6);
});

test.concurrent('a data folder that cannot be written is refused', async () => {
  const readOnly = join(ground.root, 'read-only');
  await mkdir(readOnly);
  await chmod(readOnly, 0o555);
  // Permissions do not bind root, for whom a folder of the kernel's is one that cannot be written.
  const folder = process.getuid?.() === 0 ? '/sys/nonevent' : readOnly;
  const run = await runCli(['dev'], { cwd: ground.root, env: { NONEVENT_DATA: folder } });
  expect(run.stderr).toContain(`could not use the data folder ${folder}: it may not be written`);
  expect(run.code).toBe(9);
});

test.concurrent('a pipeline file that is edited while it is deployed changes the next deployment only', async () => {
  const app = await makeApp(
    ground,
    'edited',
    `${waitingCheck(ground.root, 'edited-check')}${change(ground.root, 'c-before', 'edited')}`,
  );
  const deploy = app.start('deploy', '--release', '1.0.0');
  await ground.waiting('edited-check', '1.0.0', 1);
  await app.write(`${check('other-check')}${change(ground.root, 'c-after', 'edited')}`);
  await ground.say('go-edited-check');
  const run = await deploy.ended;
  expect(run.code).toBe(0);
  const { view } = await ended(dev.system, idIn(run));
  expect(view.stages.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'edited-check passed',
    'acquire-edited passed',
    'c-before passed',
  ]);
  const next = await app.type('deploy', '--release', '1.0.0');
  expect(next.code).toBe(0);
  expect((await ended(dev.system, idIn(next))).view.stages.map(({ name }) => name)).toEqual([
    'other-check',
    'acquire-edited',
    'c-after',
  ]);
});

test.concurrent('deploy that is typed twice at the same time is one deployment', async () => {
  const app = await makeApp(ground, 'twice', `${check('ok')}${change(ground.root, 'c-twice', 'twice')}`);
  const runs = await Promise.all([
    app.type('deploy', '--release', '1.0.0'),
    app.type('deploy', '--release', '1.0.0'),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  const [id, same] = runs.map(idIn);
  expect(id).toBe(same);
  if (id === undefined) return;
  const commits = await commitsOnce(dev.system, id, () => true);
  expect(eventsIn(commits).filter((event) => event === 'DeploymentRequested').length).toBe(1);
  expect(await callsOf('c-twice')).toEqual(['apply c-twice called', 'apply c-twice effective']);
});

test.concurrent('an event that comes twice, and again after the end, is one deployment and one execution', async () => {
  const port = await freePort(new Set());
  const text = `pipeline: again\n${environments(ground.root, { name: 'again', port })}stages:${check('ok')}${change(ground.root, 'c-again', 'again')}`;
  const asked = await requestOf(ground, text, '1.0.0');
  await Promise.all([request(dev.system, asked), request(dev.system, asked)]);
  await ended(dev.system, asked.deployment);
  await request(dev.system, asked);
  await vi.waitFor(async () => {
    const records = await busRecords();
    const events = records.flatMap(({ type, event }) =>
      type === 'accepted' && event.detail.deployment === asked.deployment ? [event.id] : [],
    );
    expect(events.length).toBe(3);
    for (const event of events) expect(records).toContainEqual({ type: 'delivered', event, rule: 'request' });
  }, PATIENCE);
  expect(eventsIn(await commitsOnce(dev.system, asked.deployment, () => true))).toEqual([
    'DeploymentRequested',
    'DeploymentStarted',
    'StageStarted ok 1',
    'StagePassed ok 1',
    'StageStarted acquire-again 1',
    'StagePassed acquire-again 1',
    'StageStarted c-again 1',
    'StagePassed c-again 1',
    'DeploymentSucceeded',
  ]);
  expect(await executionEnding(ground, asked, 0)).toBe('SUCCEEDED');
  expect(await executionEnding(ground, asked, 1)).toBe('ExecutionDoesNotExist');
  expect(await callsOf('c-again')).toEqual(['apply c-again called', 'apply c-again effective']);
});

test.concurrent('a disk that fills up ends the system, and what was acknowledged goes on with the next one', async ({
  onTestFinished,
}) => {
  const small = await openGround();
  onTestFinished(small.clear);
  const letters = (name: string) => `
  - kind: command
    name: ${name}
    question: Does it write much?
    run: head -c 3000 /dev/urandom | base64
    expect: 1s`;
  const stages = Array.from({ length: 15 }, (_, index) => letters(`letters-${index}`)).join('');
  const app = await makeApp(small, 'small', `${stages}${change(small.root, 'c-small', 'small')}`);
  const limited = startCli(['ulimit -f 100 && exec "$@"', 'sh', process.execPath, BIN, 'dev'], {
    node: '/bin/sh',
    bin: '-c',
    cwd: small.root,
    env: { NONEVENT_DATA: small.data, NODE_DISABLE_COMPILE_CACHE: '1' },
  });
  await limited.said('✔ running');
  const deploy = await app.type('deploy', '--release', '1.0.0');
  expect(deploy.stderr).toContain('the local system went away while the deployment ran');
  expect(deploy.code).toBe(9);
  const { stderr, code } = await limited.ended;
  expect(stderr).toContain(
    'see that the disk is neither full nor read-only, then start `nonevent dev` again',
  );
  expect(code).toBe(9);
  expect((await small.processes()).filter((line) => !line.includes('bin/nonevent'))).toEqual([]);

  const next = await startDev(small);
  const { view } = await ended(next.system, idIn(deploy));
  expect(view.outcome).toBe('succeeded');
  expect(view.stages.filter(({ state }) => state !== 'passed')).toEqual([]);
  const passed = [...deploy.stderr.matchAll(/✔ passed +(\S+)/g)].map(([, name]) => name);
  expect(passed.length).toBeGreaterThan(0);
  const { dynamodb: client, table } = next.system;
  expect((await verifyChain({ client, table })).findings).toEqual([]);
  expect((await next.stop()).code).toBe(143);
  expect(await small.processes()).toEqual([]);
});
