import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logExcerpt } from '../../../lib/targets/process/log-excerpt.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-log-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function excerptOf(content: string, secrets?: readonly string[]) {
  await writeFile(join(folder, 'log'), content);
  return logExcerpt(join(folder, 'log'), 0, secrets);
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');
}

it('is empty where there is no log', async () => {
  expect(await logExcerpt(join(folder, 'none'), 0)).toEqual({ text: '', telling: undefined, isError: false });
});

it('is the whole of a short log, with its line breaks', async () => {
  expect(await excerptOf('one\n  two\n')).toEqual({ text: 'one\n  two', telling: 'two', isError: false });
});

it('is the first and the last ten lines of a long one', async () => {
  const { text } = await excerptOf(lines(1, 50));
  expect(text).toBe(`${lines(1, 10)}…\n${lines(41, 50)}`.trimEnd());
});

it('keeps the cause of a crash, which stands before a long stack', async () => {
  const log = [
    'node:internal/modules/cjs/loader:1228',
    '  throw err;',
    '  ^',
    '',
    "Error: Cannot find module 'express'",
    'Require stack:',
    ...Array.from({ length: 40 }, (_, index) => `    at frame ${index}`),
    'Node.js v24.0.0',
  ];
  const { text, telling, isError } = await excerptOf(log.join('\n'));
  expect({ telling, isError }).toEqual({ telling: "Error: Cannot find module 'express'", isError: true });
  expect(text.split('\n').slice(0, 4)).toEqual([
    'node:internal/modules/cjs/loader:1228',
    '  throw err;',
    '  ^',
    "Error: Cannot find module 'express'",
  ]);
  expect(text.endsWith('\nNode.js v24.0.0')).toBe(true);
});

it('keeps the first error from the middle', async () => {
  const { text, telling } = await excerptOf(
    `${lines(1, 20)}TypeError: no port\n${lines(22, 50)}Error: later\n`,
  );
  expect(telling).toBe('TypeError: no port');
  expect(text).toBe(`${lines(1, 10)}…\nTypeError: no port\n…\n${lines(42, 50)}Error: later`);
});

it.each([
  ['ModuleNotFoundError: No module named flask'],
  ['TypeError [ERR_INVALID_ARG]: wrong'],
  ['panic: runtime error: index out of range'],
  ['listen EADDRINUSE: address already in use'],
  ['/bin/sh: 1: no-such-command: not found'],
])('takes %s for an error', async (error) => {
  expect(await excerptOf(`starting\n${error}\nbye\n`)).toMatchObject({ telling: error, isError: true });
});

it('reads only both ends of a huge log', async () => {
  const { text } = await excerptOf(`first\n${'middle\n'.repeat(100_000)}Error: last\n`);
  expect(text).toBe(`first\n${'middle\n'.repeat(9)}…\n${'middle\n'.repeat(9)}Error: last`);
});

it('cuts long lines', async () => {
  const { text } = await excerptOf('x'.repeat(10_000));
  expect(text).toBe(`${'x'.repeat(299)}…`);
});

it('begins where the start began to write, or at the beginning of a log that was emptied since', async () => {
  await writeFile(join(folder, 'log'), 'Error: of an earlier start\n');
  await appendFile(join(folder, 'log'), 'Error: of this one\n');
  expect((await logExcerpt(join(folder, 'log'), 27)).text).toBe('Error: of this one');
  expect((await logExcerpt(join(folder, 'log'), 10_000)).telling).toBe('Error: of an earlier start');
});

it('has no terminal sequences, control characters or bidi marks', async () => {
  const { text } = await excerptOf('\u001b[31mred\u001b[0m\u0007 \u202eevil\u2066 \u0000end\r\n');
  expect(text).toBe('red evil end');
});

it('has no secret, and no part of one that lies at an edge of what is read', async () => {
  expect((await excerptOf('login swördfish, sw\u001b[1mördfish', ['swördfish'])).text).toBe('login ***, ***');
  const part = 64 * 1024;
  for (let before = part - 12; before <= part; before += 1) {
    const edge = `${'\n'.repeat(before)}swordfish\n`;
    const { text } = await excerptOf(`${edge}${'\n'.repeat(2 * part)}${edge.split('').reverse().join('')}`, [
      'swordfish',
      'hsifdrows',
    ]);
    expect(text).not.toMatch(/s|h/);
  }
});
