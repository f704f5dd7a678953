import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../lib/targets/process/free-port.ts';
import { type Run, type Running, runCli, startCli } from './run-cli.ts';

/** One story in one folder: each test goes on where the one before it ended. */
let folder: string;
let dev: Running;
let url: string;

const SERVER = `require('node:http')
  .createServer((request, response) => response.end(require('./package.json').version))
  .listen(process.env.PORT, '127.0.0.1');
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-rollback-'));
  const port = await freePort(new Set());
  url = `http://127.0.0.1:${port}/`;
  await writeFile(join(folder, 'server.js'), SERVER);
  await writeFile(
    join(folder, 'nonevent.yaml'),
    `pipeline: hello
environments:
  production:
    target: { kind: process, start: exec node server.js, port: ${port}, drain: 1s }
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: node --check server.js, expect: 1s }
  - { name: rollout, kind: blueGreen, smoke: { path: / } }
`,
  );
  dev = startCli(['dev'], { cwd: folder });
  await dev.said('✔ running');
});

afterAll(async () => {
  dev.signal('SIGINT');
  await dev.ended;
  await rm(folder, { recursive: true, force: true });
});

const nonevent = (...words: readonly string[]): Promise<Run> => runCli(words, { cwd: folder });

async function deployed(version: string): Promise<string> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'hello', version }));
  const { code, stdout, stderr } = await nonevent('deploy');
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

async function rollbackReadiness(): Promise<unknown> {
  const { stdout } = await nonevent('status', '--json');
  return JSON.parse(stdout).environments[0].pipelines[0].rollback;
}

const ids: string[] = [];

test('with nothing live there is nothing to roll back: exit 2', async () => {
  const { code, stderr } = await nonevent('rollback', '--yes');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      '✖ error nothing is live anywhere, so there is nothing to roll back\n  next  see what there is with `nonevent status`\n',
  });
});

test('the first release cannot be rolled back: status says so, and the rollback is refused with exit 3', async () => {
  ids.push(await deployed('1.0.0'));
  expect(await rollbackReadiness()).toEqual({
    ready: false,
    blocking: ['nothing of hello was live before 1.0.0'],
  });
  const { code, stderr } = await nonevent('rollback', '--yes');
  expect(code).toBe(3);
  expect(stderr).toContain(
    '  observed  nothing of hello was live in production before, so there is nothing to go back to\n',
  );
  expect(stderr).toMatch(/✖ not rolled back {2}hello 1\.0\.0/);
  // It has ended by now: attached to, it ends as it did.
  expect((await nonevent('rollback', '--yes', '--detach')).code).toBe(3);
});

test('without a terminal and without --yes it shows from what to what, and exits 2', async () => {
  ids.push(await deployed('1.1.0'));
  expect(await rollbackReadiness()).toMatchObject({
    ready: true,
    warm: true,
    returnsTo: { release: { version: '1.0.0' } },
  });
  expect((await nonevent('status')).stdout).toMatch(
    /^ {2}production {3}hello {5}✔ ready {2}to 1\.0\.0, which runs$/m,
  );
  const { code, stderr } = await nonevent('rollback');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: [
      'hello 1.1.0 -> 1.0.0 in production',
      '  undoes, newest first: rollout-100, rollout-place, acquire-production',
      '✖ error there is no terminal to ask at whether to roll back',
      '  next  say so with --yes',
      '',
    ].join('\n'),
  });
});

test('of a deployment that is not what is live it is a conflict, which names what is', async () => {
  const { code, stderr } = await nonevent('rollback', ids[0] ?? '', '--yes', '--again');
  expect(code).toBe(6);
  expect(stderr).toContain(
    `deployment ${ids[0]?.slice(0, 8)} is not what is live: 1.1.0 of deployment ${ids[1]?.slice(0, 8)} is live in production`,
  );
});

test('it gives the traffic back, exits 0, and its last screen says so', async () => {
  const { code, stdout, stderr } = await nonevent('rollback', 'production', '--yes', '--reason', 'errors');
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^[0-9a-f]{20}\n$/);
  expect(stderr).toMatch(/✔ rolled back {2}hello 1\.1\.0/);
  expect(stderr).toContain(
    '  undone    rollout-100, rollout-place, acquire-production\n  live now  1.0.0 in production\n',
  );
  expect(await (await fetch(url)).text()).toBe('1.0.0');
  ids.push(stdout.trim());
});

test('asked for again by its id it attaches to the same rollback', async () => {
  const { code, stdout, stderr } = await nonevent('rollback', ids[1] ?? '', '--yes');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${ids[2]}\n` });
  expect(stderr).toMatch(/^hello 1\.1\.0 was rolled back at .+ by deployment [0-9a-f]{8}\n/);
});

test('a rollback is not rolled back by its id', async () => {
  const { code, stderr } = await nonevent('rollback', 'latest', '--yes');
  expect(code).toBe(6);
  expect(stderr).toContain(`deployment ${ids[2]} is itself a rollback`);
});

test('explain tells what a rollback undid', async () => {
  const { code, stdout } = await nonevent('explain', ids[2] ?? '');
  expect(code).toBe(0);
  expect(stdout).toContain('  undone      rollout-100, rollout-place, acquire-production\n');
});

test('deploying the same again after a rollback is a new deployment', async () => {
  const { code, stdout: again, stderr } = await nonevent('deploy');
  expect(code, stderr).toBe(0);
  expect(again.trim()).not.toBe(ids[1]);
  expect(stderr).toMatch(
    /^1\.1\.0 was taken back at [^\n]+ by deployment [0-9a-f]{8} \(errors\); deploying it again\n/m,
  );
  expect(await (await fetch(url)).text()).toBe('1.1.0');
});

test('a rerun takes over what passed, says so, and explain says where the evidence is', async () => {
  const of = ids[1]?.slice(0, 8);
  const { code, stdout, stderr } = await nonevent('rerun', ids[1] ?? '');
  expect(code, stderr).toBe(0);
  expect(stderr).toContain(
    `hello 1.1.0 once more, as deployment ${of} was\n  taken over where nothing they depend on has changed: syntax\n`,
  );
  expect(stderr).toContain(`reused from ${of}: same definition, same release\n`);
  expect(stderr).toMatch(/✔ passed {6}rollout-place {2}/);
  const explained = await nonevent('explain', stdout.trim());
  expect(explained.stdout).toContain(
    `  reused      syntax: reused from ${of}: same definition, same release; its evidence: nonevent history ${of}\n`,
  );
  expect(explained.stdout).toContain('  run again   rollout-smoke: it comes after rollout-place, ');
  const again = await nonevent('rerun', ids[1] ?? '');
  expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 0, stdout });
});

test('what cannot be run again is refused: an unknown stage with exit 2, a rollback with exit 6', async () => {
  const unknown = await nonevent('rerun', ids[1] ?? '', '--from', 'syntaks');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('has no stage "syntaks", expected one of syntax, acquire-production, ');
  const rollback = await nonevent('rerun', ids[2] ?? '');
  expect(rollback.code).toBe(6);
  expect(rollback.stderr).toContain(`deployment ${ids[2]} is a rollback, expected one that went forward`);
});
