import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTimeOf } from '../../../lib/targets/process/process-identity.ts';
import type { Target } from '../../../lib/targets/target.ts';
import { askWho, type Ground, openGround } from '../fixtures/open-targets.ts';
import { definitionAt, freePort, patience, revisionOf } from '../fixtures/revision.ts';
import { startUpstream } from '../fixtures/upstream.ts';

const R1 = '1.0.0-aaaaaaaa';
const R2 = '2.0.0-aaaaaaaa';

let ground: Ground;
let target: Target;

beforeEach(async () => {
  ground = await openGround();
  target = ground.target;
});

afterEach(() => ground.clear());

async function place(version: number): Promise<string> {
  return (await target.place(revisionOf(version), patience())).address ?? '';
}

describe('place', () => {
  it('starts a revision beside the live one, without traffic', async () => {
    const address = await place(1);
    expect((await askWho(address)).revision).toBe(R1);
    expect(await target.address({ revision: R1 })).toBe(address);
    expect(await target.state()).toEqual({
      weights: {},
      revisions: [{ revision: R1, running: true, restarts: 0, exits: 0 }],
    });
    expect((await fetch(ground.url)).status).toBe(503);
  });

  it('gives the process its port, host and revision, the environment of the definition, and little else', async () => {
    process.env.SECRET_OF_THE_OWNER = 'swordfish';
    await ground.targets.target('production', 'shop', definitionAt(ground.port, { env: { COLOUR: 'blue' } }));
    const address = await place(1);
    delete process.env.SECRET_OF_THE_OWNER;
    const environment = await (await fetch(`${address}/environment`)).json();
    expect(environment).toMatchObject({
      PORT: new URL(address).port,
      HOST: '127.0.0.1',
      NONEVENT_REVISION: R1,
      NONEVENT_VERSION: '1.0.0',
      COLOUR: 'blue',
    });
    expect(environment).not.toHaveProperty('SECRET_OF_THE_OWNER');
  });

  it('gives the process the secrets that the definition names, and writes them nowhere', async () => {
    process.env.SHOP_LOGIN = 'swordfish';
    const definition = definitionAt(ground.port, { secrets: ['SHOP_LOGIN'] });
    await ground.targets.target('production', 'shop', definition);
    const address = await place(1);
    delete process.env.SHOP_LOGIN;
    expect(await (await fetch(`${address}/environment`)).json()).toMatchObject({ SHOP_LOGIN: 'swordfish' });
    const state = await readFile(join(ground.folder, 'production', 'shop', 'state.json'), 'utf8');
    expect(state).toContain('SHOP_LOGIN');
    expect(state).not.toContain('swordfish');
  });

  it('says which secret is missing, and starts nothing', async () => {
    const definition = definitionAt(ground.port, { secrets: ['NOT_SET_ANYWHERE'] });
    await ground.targets.target('production', 'shop', definition);
    await expect(place(1)).rejects.toThrow(
      `revision ${R1} needs NOT_SET_ANYWHERE, which the local system does not have`,
    );
    expect((await target.state()).revisions).toEqual([]);
  });

  it('has no secret in the log that comes with a failure', async () => {
    process.env.SHOP_LOGIN = 'swordfish';
    const definition = definitionAt(ground.port, {
      start: 'echo "login $SHOP_LOGIN, password $DB_PASSWORD"; exit 1',
      env: { DB_PASSWORD: 'hunter22' },
      secrets: ['SHOP_LOGIN'],
    });
    await ground.targets.target('production', 'shop', definition);
    const failure = await place(1).catch((thrown: unknown) => thrown);
    delete process.env.SHOP_LOGIN;
    expect(failure).toMatchObject({
      code: 'TargetFailed',
      message: expect.stringContaining('its log ends: login ***, password ***; the whole log is '),
      fields: { log: 'login ***, password ***', logFile: keptLog(R1) },
    });
    expect(await readFile(keptLog(R1), 'utf8')).toBe('login ***, password ***\n');
  });

  it('finds a revision that runs already', async () => {
    const first = await place(1);
    const { pid } = await askWho(first);
    expect(await place(1)).toBe(first);
    expect((await askWho(first)).pid).toBe(pid);
  });

  it('starts a revision once when it is asked twice at the same time', async () => {
    expect(new Set(await Promise.all([place(1), place(1), place(1)])).size).toBe(1);
    expect((await target.state()).revisions).toHaveLength(1);
  });

  it('refuses another artifact under the same name', async () => {
    await place(1);
    await expect(target.place(revisionOf(1, 'exits-early'), patience())).rejects.toMatchObject({
      code: 'Conflict',
    });
  });

  it('refuses a name that would leave the folder', async () => {
    await expect(
      target.place({ ...revisionOf(1), revision: '../elsewhere' }, patience()),
    ).rejects.toMatchObject({ code: 'InvalidInput' });
  });

  it('says how a process ended early, with the end of its log', async () => {
    await expect(target.place(revisionOf(1, 'exits-early'), patience())).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `revision ${R1} exited with code 3 before it was healthy; its log says: no such setting: DATABASE; the whole log is ${keptLog(R1)}`,
      fields: {
        log: [
          ...Array.from({ length: 10 }, (_, index) => `line ${index + 1}`),
          '…',
          ...Array.from({ length: 9 }, (_, index) => `line ${index + 22}`),
          'no such setting: DATABASE',
        ].join('\n'),
      },
    });
    expect((await target.state()).revisions).toEqual([]);
  });

  it('gives up on a process that does not become healthy, with its last answer, and ends it', async () => {
    const waiting = new AbortController();
    const placed = target.place(revisionOf(1, 'never-healthy'), waiting.signal);
    const failed = expect(placed).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `revision ${R1} did not become healthy in the time it was given; the last answer to GET /health was: status 503; its log ends: waiting for a database that never comes; the whole log is ${keptLog(R1)}`,
    });
    const pid = await vi.waitFor(() => answeringProcess(R1), { timeout: 20_000 });
    waiting.abort();
    await failed;
    expect(await startTimeOf(pid)).toBeUndefined();
    expect((await target.state()).revisions).toEqual([]);
  });

  it('says on which port a process listens instead of its own, and does not wait for it', async () => {
    const elsewhere = await freePort();
    await ground.targets.target(
      'production',
      'shop',
      definitionAt(ground.port, { start: `PORT=${elsewhere} exec node server.mjs` }),
    );
    await expect(place(1)).rejects.toMatchObject({
      code: 'TargetFailed',
      message: expect.stringMatching(
        new RegExp(
          `^revision ${R1} is healthy, but it listens on ${elsewhere} instead of \\$PORT \\d+; its log ends: ${R1} listens on ${elsewhere}; `,
        ),
      ),
    });
    expect((await target.state()).revisions).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${elsewhere}/health`)).rejects.toThrow();
  });

  it('waits for a process that opens another port first', async () => {
    const other = await freePort();
    const code = `const { createServer } = require('node:http');
createServer((_request, response) => response.writeHead(404).end()).listen(${other}, '127.0.0.1', () =>
  setTimeout(() => createServer((_request, response) => response.end()).listen(process.env.PORT, '127.0.0.1'), 4_000));`;
    await ground.targets.target(
      'production',
      'shop',
      definitionAt(ground.port, { start: 'exec node -e "$CODE"', env: { CODE: code } }),
    );
    expect((await fetch(await place(1))).status).toBe(200);
  });

  it('can place a revision whose first placement failed', async () => {
    await expect(target.place(revisionOf(1, 'never-healthy'), AbortSignal.abort())).rejects.toThrow();
    expect((await askWho(await place(1))).revision).toBe(R1);
  });

  it('takes another port when somebody else was faster', async () => {
    const { address } = await target.place(revisionOf(1, 'squatted'), patience());
    const app = join(ground.folder, 'production', 'shop', R1, 'app');
    process.kill(Number(await readFile(join(app, 'squatter'), 'utf8')), 'SIGKILL');
    expect(await (await fetch(address ?? '')).text()).toBe('ready');
  });

  it('starts a revision with a command that cannot be found as one that ends early', async () => {
    await ground.targets.target(
      'production',
      'shop',
      definitionAt(ground.port, { start: 'no-such-command' }),
    );
    await expect(place(1)).rejects.toMatchObject({
      code: 'TargetFailed',
      message: expect.stringContaining('exited with code 127'),
    });
  });
});

/** Where the log of a revision is kept that failed or was removed. */
function keptLog(revision: string): string {
  return join(ground.folder, 'production', 'shop', 'logs', `${revision}.log`);
}

/** The process of a revision that is being placed, once it answers. */
async function answeringProcess(revision: string): Promise<number> {
  const folder = join(ground.folder, 'production', 'shop', revision);
  const log = await readFile(join(folder, 'output.log'), 'utf8');
  expect(log).toContain('waiting');
  const run = (await readdir(folder)).find((entry) => entry.startsWith('run-')) ?? '';
  const content = await readFile(join(folder, run), 'utf8');
  return Number.parseInt(content, 10);
}

/** Returns when the death of a revision was noticed. */
async function letDie(address: string): Promise<void> {
  await fetch(`${address}/die`).catch(() => undefined);
  await vi.waitFor(() => expect(ground.logged.join()).toContain('it is started again'), {
    timeout: 20_000,
    interval: 1,
  });
}

describe('route', () => {
  it('splits the traffic by weight', async () => {
    await place(1);
    await place(2);
    await target.route({ [R1]: 75, [R2]: 25 });
    const answers: string[] = [];
    for (let sent = 0; sent < 40; sent += 1) answers.push((await askWho(ground.url)).revision);
    expect(answers.filter((revision) => revision === R1)).toHaveLength(30);
    const { revisions } = await target.counters();
    expect([revisions[R1]?.requests, revisions[R2]?.requests]).toEqual([30, 10]);
  });

  it('may be repeated', async () => {
    await place(1);
    await target.route({ [R1]: 100 });
    await target.route({ [R1]: 100, [R2]: 0 });
    expect((await target.state()).weights).toEqual({ [R1]: 100 });
  });

  it('takes the traffic from everybody when no weight is given', async () => {
    await place(1);
    await target.route({ [R1]: 100 });
    await target.route({});
    expect((await fetch(ground.url)).status).toBe(503);
  });

  it.each([
    ['less than 100', { [R1]: 99 }, 'they make 99'],
    ['a part of a percent', { [R1]: 99.5, [R2]: 0.5 }, 'expected int'],
    ['more than 100', { [R1]: 200 }, '<=100'],
    ['a negative weight', { [R1]: 110, [R2]: -10 }, '>=0'],
  ])('refuses %s and changes nothing', async (_what, weights, why) => {
    await place(1);
    await target.route({ [R1]: 100 });
    await expect(target.route(weights)).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringContaining(why),
    });
    expect((await target.state()).weights).toEqual({ [R1]: 100 });
  });

  it('refuses a revision that is not placed and changes nothing', async () => {
    await place(1);
    await target.route({ [R1]: 100 });
    await expect(target.route({ [R2]: 100 })).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `revision ${R2} of shop in production is not running, so it cannot get traffic`,
    });
    expect((await askWho(ground.url)).revision).toBe(R1);
  });

  it('waits for a revision that has died and is being restarted', async () => {
    await letDie(await place(1));
    await target.route({ [R1]: 100 });
    expect((await askWho(ground.url)).revision).toBe(R1);
  });
});

describe('remove', () => {
  it('ends the process and removes its folder, all but its log', async () => {
    const address = await place(1);
    const { pid } = await askWho(address);
    await target.remove(R1);
    expect(await startTimeOf(pid)).toBeUndefined();
    expect(await readdir(join(ground.folder, 'production', 'shop'))).toEqual(['logs', 'state.json']);
    expect(await readFile(keptLog(R1), 'utf8')).toBe(`${R1} listens on ${new URL(address).port}\n`);
    expect(ground.logged).toContain(
      `shop in production: revision ${R1} was removed; its log is ${keptLog(R1)}`,
    );
    expect(await target.address({ revision: R1 })).toBeUndefined();
    expect((await target.state()).revisions).toEqual([]);
  });

  it('ends the children of the process too', async () => {
    const address = await place(1);
    const child = (await (await fetch(`${address}/child`)).json()) as { pid: number };
    await target.remove(R1);
    expect(await startTimeOf(child.pid)).toBeUndefined();
  });

  it('refuses a revision that has traffic', async () => {
    await place(1);
    await target.route({ [R1]: 100 });
    await expect(target.remove(R1)).rejects.toMatchObject({
      code: 'Conflict',
      message: `revision ${R1} has 100 % of the traffic, expected none`,
    });
    expect((await askWho(ground.url)).revision).toBe(R1);
  });

  it('has nothing to do for a revision that is not there', async () => {
    await place(1);
    await target.remove(R1);
    await target.remove(R1);
    await target.remove(R2);
    expect((await target.state()).revisions).toEqual([]);
  });

  it('lets requests under way finish first', async () => {
    await place(1);
    await place(2);
    await target.route({ [R1]: 100 });
    const answer = fetch(`${ground.url}/slow?ms=300`);
    await vi.waitFor(async () => expect(await openRequestsAt(R1)).toBe(true), { timeout: 20_000 });
    await target.route({ [R2]: 100 });
    await target.remove(R1);
    expect(await (await answer).json()).toEqual({ revision: R1 });
  });

  it('waits for no request longer than the definition says', async () => {
    await ground.targets.target('production', 'shop', definitionAt(ground.port, { drain: 0.05 }));
    await place(1);
    await place(2);
    await target.route({ [R1]: 100 });
    const answer = fetch(`${ground.url}/hang`);
    await vi.waitFor(async () => expect(await openRequestsAt(R1)).toBe(true), { timeout: 20_000 });
    await target.route({ [R2]: 100 });
    await target.remove(R1);
    expect((await answer).status).toBe(502);
  });
});

/** Whether a revision has seen a request that it has not answered. */
async function openRequestsAt(revision: string): Promise<boolean> {
  const address = await target.address({ revision });
  const { open } = (await (await fetch(`${address}/open`)).json()) as { open: number };
  return open > 0;
}

describe('a revision that dies in the middle of a canary', () => {
  it('is served by the others, counted, and started again', async () => {
    await place(1);
    const canary = await place(2);
    await target.route({ [R1]: 50, [R2]: 50 });
    await letDie(canary);
    const statuses = new Set<number>();
    await vi.waitFor(
      async () => {
        statuses.add((await fetch(ground.url)).status);
        expect((await target.state()).revisions).toContainEqual({
          revision: R2,
          running: true,
          restarts: 1,
          exits: 1,
        });
      },
      { timeout: 20_000, interval: 1 },
    );
    expect([...statuses]).toEqual([200]);
    expect((await target.counters()).revisions[R2]?.status.lost).toBeGreaterThan(0);
    expect((await target.counters()).revisions[R1]?.status.lost).toBe(0);
    expect(ground.logged).toContain(
      `shop in production: revision ${R2} exited with code 7; it is started again`,
    );
    expect((await target.state()).weights).toEqual({ [R1]: 50, [R2]: 50 });
  });
});

describe('target', () => {
  it('is found again, and listens where a changed definition says', async () => {
    await place(1);
    await target.route({ [R1]: 100 });
    const port = await freePort();
    const again = await ground.targets.target('production', 'shop', definitionAt(port));
    expect(again).toBe(target);
    expect(await again.address('router')).toBe(`http://127.0.0.1:${port}`);
    expect((await askWho(`http://127.0.0.1:${port}`)).revision).toBe(R1);
  });

  it('says which port is in use', async () => {
    const { server, port } = await startUpstream(() => undefined);
    await expect(ground.targets.target('staging', 'shop', definitionAt(port))).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `port ${port} is in use by another process, so users cannot be served there`,
    });
    server.close();
    const staging = await ground.targets.target('staging', 'shop', definitionAt(port));
    expect(await staging.address('router')).toBe(`http://127.0.0.1:${port}`);
  });

  it('says which other target has the port', async () => {
    await expect(ground.targets.target('staging', 'shop', definitionAt(ground.port))).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `port ${ground.port} is in use by the router of shop in production`,
    });
  });

  it('refuses names that would leave the folder', async () => {
    await expect(async () =>
      ground.targets.target('../etc', 'shop', definitionAt(ground.port)),
    ).rejects.toMatchObject({ code: 'InvalidInput' });
  });
});

describe('a WebSocket', () => {
  it('passes the router, is counted, and ends with its revision', async () => {
    await place(1);
    await target.route({ [R1]: 100 });
    const socket = new WebSocket(ground.url.replace('http', 'ws'));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    const answer = new Promise((resolve) =>
      socket.addEventListener('message', ({ data }) => resolve(data), { once: true }),
    );
    socket.send('hello');
    expect(await answer).toBe('hello');
    expect((await target.counters()).revisions[R1]).toMatchObject({ requests: 1, status: { '1xx': 1 } });
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
    socket.close();
    await closed;
  });

  it('gets a 503 where nobody has traffic', async () => {
    const socket = new WebSocket(ground.url.replace('http', 'ws'));
    await new Promise((resolve) => socket.addEventListener('error', resolve, { once: true }));
    expect(socket.readyState).toBe(WebSocket.CLOSED);
  });
});

describe('stopAll', () => {
  it('leaves no process behind', async () => {
    const address = await place(1);
    const pids = [
      (await askWho(address)).pid,
      (await askWho(await place(2))).pid,
      ((await (await fetch(`${address}/child`)).json()) as { pid: number }).pid,
    ];
    await ground.targets.stopAll();
    expect(await Promise.all(pids.map(startTimeOf))).toEqual([undefined, undefined, undefined]);
    await expect(fetch(ground.url)).rejects.toThrow();
  });

  it('ends a placement that is under way', async () => {
    const placed = expect(target.place(revisionOf(1, 'never-healthy'), patience())).rejects.toMatchObject({
      code: 'TargetFailed',
    });
    const pid = await vi.waitFor(() => answeringProcess(R1), { timeout: 20_000 });
    await ground.targets.stopAll();
    await placed;
    expect(await startTimeOf(pid)).toBeUndefined();
  });
});
