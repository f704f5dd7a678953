import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli, startCli } from './run-cli.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-dev-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('one press of Ctrl-C that arrives twice ends it gracefully, and its state stays', async () => {
  const dev = startCli(['dev', '-o', 'json'], { cwd: folder });
  await dev.said('"endpoints"');
  expect((await runCli(['status'], { cwd: folder })).stdout).toBe(
    'no deployment yet\n  next  nonevent deploy\n',
  );
  // Two different signals would be free to arrive in either order.
  dev.signal('SIGINT');
  dev.signal('SIGINT');
  const { code, stdout, stderr } = await dev.ended;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, folder: join(folder, '.nonevent') });
  expect(stderr).toMatch(/\nstopped; everything is kept, `nonevent dev` goes on from here\n$/);
  expect((await runCli(['status'], { cwd: folder })).code).toBe(9);
});

test('a second one on the same folder is a conflict', async () => {
  const dev = startCli(['dev'], { cwd: folder });
  await dev.said('✔ running');
  const second = await runCli(['dev'], { cwd: folder });
  expect(second.code).toBe(6);
  expect(second.stderr).toMatch(/, as process (\d+)\n {2}next {2}use it, or stop it with `kill \1`\n$/);
  dev.signal('SIGTERM');
  expect((await dev.ended).code).toBe(143);
});

test('on an old Node, kill -9 of what was started stops the system gracefully', async () => {
  const old = join(folder, 'old.cjs');
  await writeFile(
    old,
    "if (process.env.NONEVENT_OWN_NODE === undefined)\n  Object.defineProperty(process.versions, 'node', { value: '20.20.2' });\n",
  );
  const dev = startCli(['dev'], { cwd: folder, env: { NODE_OPTIONS: `--require ${old}` } });
  await dev.said('✔ running');
  dev.signal('SIGKILL');
  // Its child holds the other ends of the pipes: they close when it has ended.
  const { stderr } = await dev.ended;
  expect(stderr).toMatch(/\nstopped; everything is kept, `nonevent dev` goes on from here\n$/);
  expect((await runCli(['status'], { cwd: folder })).stderr).toContain('start it with `nonevent dev`');
});

test('a data folder that cannot be used is said, with exit 9', async () => {
  await writeFile(join(folder, 'file'), '');
  const { code, stderr } = await runCli(['dev', '--data', 'file'], { cwd: folder });
  expect(code).toBe(9);
  expect(stderr).toContain(`${folder}/file`);
});
