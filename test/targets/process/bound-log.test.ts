import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundLog } from '../../../lib/targets/process/bound-log.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-log-'));
  file = join(folder, 'output.log');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('leaves a log alone that is at its limit', async () => {
  await appendFile(file, 'x'.repeat(100));
  expect(await boundLog(file, 100, 10)).toBe(false);
  expect((await stat(file)).size).toBe(100);
});

it('empties a log over its limit and keeps its end', async () => {
  await appendFile(file, `${'x'.repeat(100)}the end`);
  expect(await boundLog(file, 100, 7)).toBe(true);
  expect((await stat(file)).size).toBe(0);
  expect(await readFile(`${file}.1`, 'utf8')).toBe('the end');
});

it('loses no line of a process that goes on writing, and makes no hole', async () => {
  const log = await open(file, 'a');
  const writer = spawn('/bin/sh', ['-c', 'echo before; read go; echo after'], {
    stdio: ['pipe', log.fd, log.fd],
  });
  await log.close();
  while ((await stat(file)).size === 0) await new Promise(setImmediate);
  await boundLog(file, 1, 7);
  writer.stdin?.end('go\n');
  await once(writer, 'exit');
  expect(await readFile(`${file}.1`, 'utf8')).toBe('before\n');
  expect(await readFile(file, 'utf8')).toBe('after\n');
});
