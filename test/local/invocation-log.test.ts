import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openInvocationLog } from '../../lib/local/invocation-log.ts';
import { temporaryFolder } from './temporary-folder.ts';

const INVOCATION = {
  at: '2026-01-01T00:00:00.000Z',
  function: 'stage',
  requestId: 'a',
  milliseconds: 1,
  outcome: 'failed',
  message: 'two\nlines \u001b[31m {"function":"forged"}',
} as const;

test('writes each invocation as one line, whatever its message holds', async () => {
  const path = join(await temporaryFolder(), 'functions.jsonl');
  const log = await openInvocationLog(path, fail);
  log.write(INVOCATION);
  log.write(INVOCATION);
  await log.close();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([INVOCATION, INVOCATION]);
  expect(lines.join('')).not.toContain('\u001b');
});

test('keeps a log that became large beside a new one', async () => {
  const path = join(await temporaryFolder(), 'functions.jsonl');
  await writeFile(path, 'x'.repeat(1000));
  const log = await openInvocationLog(path, fail, 1000);
  while (!existsSync(`${path}.1`)) {
    log.write(INVOCATION);
    await new Promise(setImmediate);
  }
  log.write({ ...INVOCATION, requestId: 'after' });
  await log.close();
  expect(await readFile(`${path}.1`, 'utf8')).toMatch(/^x{1000}\{/);
  expect(await readFile(path, 'utf8')).toMatch(/^\{.*"requestId":"after".*\}\n$/);
});

function fail(thrown: unknown): void {
  expect.unreachable(String(thrown));
}
