import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logTail } from '../../../lib/targets/process/log-tail.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-log-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function tailOf(content: string, secrets?: readonly string[]): Promise<string> {
  await writeFile(join(folder, 'log'), content);
  return logTail(join(folder, 'log'), secrets);
}

it('is empty where there is no log', async () => {
  expect(await logTail(join(folder, 'none'))).toBe('');
});

it('is the whole of a short log', async () => {
  expect(await tailOf('one\ntwo\n')).toBe('one\ntwo');
});

it('is the last 20 lines of a long one', async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
  expect(await tailOf(`${lines.join('\n')}\n`)).toBe(lines.slice(30).join('\n'));
});

it('is at most 4 KB', async () => {
  expect(await tailOf('x'.repeat(1_000_000))).toBe('x'.repeat(4_096));
});

it('begins with a whole character', async () => {
  expect(await tailOf(`${'€'.repeat(2_000)}\n`)).toBe('€'.repeat(1_365));
});

it('has no terminal sequences, control characters or bidi marks', async () => {
  expect(await tailOf('\u001b[31mred\u001b[0m\u0007 \u202eevil\u2066 \u0000end\r\n')).toBe('red evil end');
});

it('has no secret, and no part of one that begins before it', async () => {
  expect(await tailOf('login swördfish, sw\u001b[1mördfish', ['swördfish'])).toBe('login ***, ***');
  for (let length = 4_070; length < 4_110; length += 1) {
    const tail = await tailOf(`swördfish${'x'.repeat(length)}`, ['swördfish']);
    expect(tail).toMatch(/^(\*{0,3})x+$/);
  }
});
