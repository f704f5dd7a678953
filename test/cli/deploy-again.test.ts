import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../lib/targets/process/free-port.ts';
import { type Run, type Running, runCli, startCli } from './run-cli.ts';

/** One story in one folder: each test goes on where the one before it ended. */
let folder: string;
let dev: Running;

const SERVER = `require('node:http')
  .createServer((request, response) => response.end(require('./package.json').version))
  .listen(process.env.PORT, '127.0.0.1');
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-again-'));
  const port = await freePort(new Set());
  await writeFile(join(folder, 'server.js'), SERVER);
  await writeFile(
    join(folder, 'nonevent.yaml'),
    `pipeline: hello
environments:
  production:
    target: { kind: process, start: exec node server.js, port: ${port}, drain: 1s }
    lease: reject
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: node --check server.js, expect: 1s }
  - { name: start, kind: place }
  - { name: half, kind: shift, percent: 50 }
  - name: hold
    kind: command
    question: Is it a good release?
    expect: 1s
    run: |
      while [ ! -e ${folder}/.nonevent/go ]; do sleep 0.1; done
      grep -q 'good' package.json
  - { name: all, kind: shift, percent: 100 }
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
const isRelease = (version: string, kind: 'good' | 'bad'): Promise<void> =>
  writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'hello', version, description: kind }));
const letGo = (): Promise<void> => writeFile(join(folder, '.nonevent', 'go'), '');
const takeBack = (): Promise<void> => rm(join(folder, '.nonevent', 'go'));

async function holding(deployment: string): Promise<void> {
  const watching = startCli(['status', deployment, '--watch'], { cwd: folder });
  await watching.said('▸ running     hold');
  watching.signal('SIGINT');
  await watching.ended;
}

const ids: string[] = [];

test('while another deployment holds the lease each plain deploy is a fresh try: exit 6', async () => {
  await isRelease('1.0.0', 'bad');
  const first = (await nonevent('deploy', '--detach')).stdout.trim();
  await holding(first);
  await isRelease('2.0.0', 'good');
  const tries = [await nonevent('deploy'), await nonevent('deploy'), await nonevent('deploy')];
  expect(tries.map(({ code }) => code)).toEqual([6, 6, 6]);
  expect(new Set(tries.map(({ stdout }) => stdout)).size).toBe(3);
  expect(tries[0]?.stderr).toMatch(/^■ lease held {2}hello 2\.0\.0/m);
  await letGo();
  expect((await nonevent('status', first, '--watch')).code).toBe(3);
  ids.push(first);
});

test('once the lease is free a plain deploy succeeds, though nothing else has changed', async () => {
  const { code, stderr, stdout } = await nonevent('deploy');
  expect(code, stderr).toBe(0);
  ids.push(stdout.trim());
  const { stdout: listed } = await nonevent('status');
  expect(listed.match(/■ lease held/g)).toHaveLength(3);
});

test('typed again after the success it attaches to it', async () => {
  const { code, stdout } = await nonevent('deploy');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${ids[1]}\n` });
});

test('--detach of what has ended already exits as it did, and says so', async () => {
  await isRelease('3.0.0', 'bad');
  expect((await nonevent('deploy')).code).toBe(3);
  const { code, stderr } = await nonevent('deploy', '--detach');
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^this was tried already: deployment [0-9a-f]{8} of hello 3\.0\.0 ended at .+: rolled back\n/,
  );
  expect(stderr).not.toContain('watch it with');
  const json = await nonevent('deploy', '--detach', '--json');
  expect(json.code).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({ attached: true, outcome: 'rolledBack' });
});

test('while two revisions share the traffic status says who gets how much', async () => {
  await takeBack();
  await isRelease('3.1.0', 'good');
  const running = (await nonevent('deploy', '--detach')).stdout.trim();
  await holding(running);
  expect((await nonevent('status')).stdout).toMatch(
    /^ {2}production {3}hello {5}2\.0\.0 50 % · 3\.1\.0 50 % {2}1 {9}- {11}held by [0-9a-f]{8}$/m,
  );
  const weights = { [`2.0.0-${ids[1]?.slice(0, 8)}`]: 50, [`3.1.0-${running.slice(0, 8)}`]: 50 };
  const overview = JSON.parse((await nonevent('status', '--json')).stdout);
  expect(overview.environments[0].pipelines[0].traffic).toEqual(weights);
  expect((await nonevent('status', running)).stdout).toMatch(/, traffic 2\.0\.0 50 % · 3\.1\.0 50 %\n/);
  expect(JSON.parse((await nonevent('status', running, '--json')).stdout).traffic).toEqual(weights);
  ids.push(running);
});

test('a deployment that a person stopped is listed as stopped, by whom', async () => {
  const stopped = await nonevent('stop', ids[2] ?? '', '--yes');
  expect(stopped.code).toBe(7);
  expect(stopped.stderr).toMatch(/^ {2}stopped by {2}\S+, no reason given\n {2}while at {4}hold$/m);
  expect((await nonevent('status')).stdout).toMatch(
    /^ {2}[0-9a-f]{8} {4}hello {5}3\.1\.0 {4}■ stopped by \S+ /m,
  );
  const { stdout } = await nonevent('status', ids[2] ?? '');
  expect(stdout).toMatch(/^ {2}■ stopped {5}hold {2,}Is it a good release\?/m);
  expect(stdout).not.toContain('✖ failed');
});
