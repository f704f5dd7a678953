import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepLog } from '../../../lib/targets/process/kept-logs.ts';

let root: string;
let logs: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nonevent-kept-'));
  logs = join(root, 'logs');
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function keep(revision: string, content: string, secrets: readonly string[] = []) {
  await writeFile(join(root, 'output.log'), content);
  return keepLog(join(root, 'output.log'), logs, revision, secrets);
}

it('copies the log without secrets, for its owner alone, and says where it is', async () => {
  expect(await keep('r1', 'login swordfish\nbye\n', ['swordfish'])).toBe(join(logs, 'r1.log'));
  expect(await readFile(join(logs, 'r1.log'), 'utf8')).toBe('login ***\nbye\n');
  expect((await stat(join(logs, 'r1.log'))).mode & 0o777).toBe(0o600);
});

it('keeps nothing of a revision that wrote nothing, or that has no log', async () => {
  expect(await keep('r1', '')).toBeUndefined();
  expect(await keepLog(join(root, 'none'), logs, 'r1', [])).toBeUndefined();
});

it('replaces what it kept of an earlier start', async () => {
  await keep('r1', 'first\n');
  await keep('r1', 'second\n');
  expect(await readFile(join(logs, 'r1.log'), 'utf8')).toBe('second\n');
});

it('keeps the newest ten', async () => {
  for (let number = 1; number <= 12; number += 1) {
    const kept = await keep(`r${number}`, 'x\n');
    await utimes(kept ?? '', number, number);
  }
  await keep('r13', 'x\n');
  const expected = [
    'r10.log',
    'r11.log',
    'r12.log',
    'r13.log',
    'r4.log',
    'r5.log',
    'r6.log',
    'r7.log',
    'r8.log',
    'r9.log',
  ];
  expect((await readdir(logs)).toSorted()).toEqual(expected);
});

it('keeps the beginning and the end of a log of more than 1 MB', async () => {
  const kept = await keep('r1', `first\n${'middle\n'.repeat(300_000)}last\n`);
  const content = await readFile(kept ?? '', 'utf8');
  expect(content.length).toBeLessThan(1_048_576 + 100);
  expect(content).toMatch(/^first\nmiddle\n/);
  expect(content).toContain('\n… 1051435 bytes are not kept …\n');
  expect(content.endsWith('middle\nlast\n')).toBe(true);
});

it('is no reason to fail where there is no room for it', async () => {
  await writeFile(logs, 'a file where the folder would be');
  expect(await keep('r1', 'x\n')).toBeUndefined();
});
