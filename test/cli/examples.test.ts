import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Example } from '../../lib/cli/definition.ts';
import { DEFINITIONS } from '../../lib/cli/definitions.ts';
import { BIN, type Running, startCli } from './run-cli.ts';

const EXAMPLES: readonly Example[] = DEFINITIONS.flatMap(({ examples }) => examples);
const needing = (needs: Example['needs']): readonly Example[] =>
  EXAMPLES.filter((example) => example.needs === needs);

const SERVER = `require('node:http')
  .createServer((request, response) => response.end('hello'))
  .listen(process.env.PORT, '127.0.0.1');
`;

const pipeline = (port: number): string => `pipeline: hello
environments:
  production:
    target: { kind: process, start: node server.js, port: ${port} }
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: node --check server.js, expect: 1s }
  - { name: rollout, kind: blueGreen, smoke: { path: / } }
`;

let root: string;
let service: string;
let dev: Running;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nonevent-examples-'));
  await mkdir(join(root, 'bin'));
  await writeFile(
    join(root, 'bin', 'nonevent'),
    `#!/bin/sh\nexport NONEVENT_STATE="${join(root, 'state')}"\nexec "${process.execPath}" "${BIN}" "$@"\n`,
  );
  await chmod(join(root, 'bin', 'nonevent'), 0o755);
  service = await folderWithService('service');
  dev = startCli(['dev'], { cwd: service });
  await dev.said('✔ running');
});

afterAll(async () => {
  dev.signal('SIGINT');
  const { code } = await dev.ended;
  await rm(root, { recursive: true, force: true });
  expect(code).toBe(130);
});

async function folderWithService(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'hello', version: '1.0.0' }));
  await writeFile(join(folder, 'server.js'), SERVER);
  await writeFile(join(folder, 'nonevent.yaml'), pipeline(await freePort()));
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs an example as it is written, in a shell. One that runs until Ctrl-C gets it once it says that it runs. */
async function run(
  example: Example,
  cwd: string,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn('bash', ['-c', `exec 2>&1; ${example.command}`], {
    cwd,
    detached: true,
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  let pressed = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (pressed || example.exit !== 130 || !said.includes('✔ running')) return;
    pressed = true;
    process.kill(-(child.pid ?? 0), 'SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

async function hold(example: Example, cwd: string): Promise<void> {
  const { code, said } = await run(example, cwd);
  expect(code, said).toBe(example.exit);
}

describe('the examples in the help do what they say', () => {
  test.each(needing('nothing'))('$command', async (example) => {
    const folder = await mkdtemp(join(root, 'empty-'));
    await hold(example, folder);
  });

  test.each(needing('pipeline'))('$command', async (example) => {
    await hold(example, await folderWithService(`service-${EXAMPLES.indexOf(example)}`));
  });

  test.each(needing('system'))('$command', (example) => hold(example, service));
  test.each(needing('deployment'))('$command', (example) => hold(example, service));
});

/** What examples wrote into the folder of the service would be another release of it. */
async function removeWhatExamplesWrote(): Promise<void> {
  const own = ['package.json', 'server.js', 'nonevent.yaml', '.nonevent'];
  const written = (await readdir(service)).filter((name) => !own.includes(name));
  await Promise.all(written.map((name) => rm(join(service, name), { recursive: true })));
}

test('deploying the same again attaches to what is live', async () => {
  await removeWhatExamplesWrote();
  const again = startCli(['deploy'], { cwd: service });
  const { code, stdout, stderr } = await again.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^[0-9a-f]{20}\n$/);
  expect(stderr).toMatch(
    /^hello 1\.0\.0 was deployed at .+ by deployment [0-9a-f]{8}, nothing has changed since\n/,
  );
});
