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
  dev.signal('SIGINT');
  dev.signal('SIGTERM');
  const { code, stdout, stderr } = await dev.ended;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, folder: join(folder, '.nonevent') });
  expect(stderr).toMatch(/\nstopped; everything is kept, `nonevent dev` goes on from here\n$/);
  expect((await runCli(['status'], { cwd: folder })).code).toBe(9);
});

test('a second one on the same folder is a conflict', async () => {
  const dev = startCli(['dev'], { cwd: folder });
  await dev.said('✔ running');
  expect((await runCli(['dev'], { cwd: folder })).code).toBe(6);
  dev.signal('SIGTERM');
  expect((await dev.ended).code).toBe(143);
});

test('a data folder that cannot be used is said, with exit 9', async () => {
  await writeFile(join(folder, 'file'), '');
  const { code, stderr } = await runCli(['dev', '--data', 'file'], { cwd: folder });
  expect(code).toBe(9);
  expect(stderr).toContain(`${folder}/file`);
});
