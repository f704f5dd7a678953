import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkOut } from '../../../lib/cli/demo/working-copy.ts';
import { readPipeline } from '../../../lib/pipeline/read-pipeline.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-working-copy-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('holds the release, with another port and nothing else changed', async () => {
  await checkOut('2.0.0', folder, 23_456);
  const written = await readFile(join(folder, 'nonevent.yaml'), 'utf8');
  const original = await readFile(
    new URL('../../../examples/storefront/releases/2.0.0/nonevent.yaml', import.meta.url),
    'utf8',
  );
  expect(written).toBe(original.replace('port: 8080', 'port: 23456'));
  expect(readPipeline(written, 'nonevent.yaml').ok).toBe(true);
});

test('replaces the release before it and leaves the data of the local system alone', async () => {
  await mkdir(join(folder, '.nonevent'));
  await writeFile(join(folder, '.nonevent', 'history'), 'kept');
  await writeFile(join(folder, 'left-over.mjs'), '');
  await checkOut('1.0.0', folder, 23_456);
  await checkOut('3.0.0', folder, 23_456);
  expect((await readdir(folder)).sort()).toEqual([
    '.nonevent',
    'catalogue.mjs',
    'nonevent.yaml',
    'package.json',
    'page.mjs',
    'server.mjs',
    'storefront.mjs',
    'test',
  ]);
  expect(await readFile(join(folder, 'package.json'), 'utf8')).toContain('"version": "3.0.0"');
  expect(await readFile(join(folder, '.nonevent', 'history'), 'utf8')).toBe('kept');
});
