import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

const SUBSTITUTES = {
  ports: {
    'storefront production': 20_001,
    'catalogue production': 20_002,
    'storefront staging': 8080,
    'catalogue staging': 20_004,
  },
  databases: '/somewhere/else',
};

function original(service: string, version: string): Promise<string> {
  return readFile(
    new URL(`../../../examples/storefront/${service}/${version}/nonevent.yaml`, import.meta.url),
    'utf8',
  );
}

test('holds the release, with other ports and databases and nothing else changed', async () => {
  await checkOut({ service: 'catalogue', version: '1.1.0' }, folder, SUBSTITUTES);
  const written = await readFile(join(folder, 'nonevent.yaml'), 'utf8');
  const expected = (await original('catalogue', '1.1.0'))
    .replace('port: 8081', 'port: 20002')
    .replace('port: 8181', 'port: 20004')
    .replaceAll('/tmp/storefront/', '/somewhere/else/');
  expect(written).toBe(expected);
  expect(readPipeline(written, 'nonevent.yaml').ok).toBe(true);
});

test('puts in a port that is one of the others in the file', async () => {
  await checkOut({ service: 'storefront', version: '1.0.0' }, folder, SUBSTITUTES);
  const reading = readPipeline(await readFile(join(folder, 'nonevent.yaml'), 'utf8'), 'nonevent.yaml');
  expect(reading.ok && reading.pipeline.environments).toMatchObject({
    staging: { target: { port: 8080, env: { CATALOGUE_URL: 'http://127.0.0.1:20004' } } },
    production: { target: { port: 20_001, env: { CATALOGUE_URL: 'http://127.0.0.1:20002' } } },
  });
});

test('adds up what each release changed, up to the one that is asked for', async () => {
  await checkOut({ service: 'catalogue', version: '1.2.1' }, folder, SUBSTITUTES);
  expect((await readdir(join(folder, 'migrations'))).sort()).toEqual([
    '1-create-undo.mjs',
    '1-create.mjs',
    '2-add-cents-undo.mjs',
    '2-add-cents.mjs',
    '3-fill-cents.mjs',
  ]);
  expect(await readFile(join(folder, 'package.json'), 'utf8')).toContain('"version": "1.2.1"');
});

test('replaces what was there', async () => {
  await writeFile(join(folder, 'left-over.mjs'), '');
  await checkOut({ service: 'storefront', version: '3.0.0' }, folder, SUBSTITUTES);
  await checkOut({ service: 'storefront', version: '1.0.0' }, folder, SUBSTITUTES);
  expect((await readdir(folder)).sort()).toEqual([
    'answer.mjs',
    'catalogue.mjs',
    'nonevent.yaml',
    'package.json',
    'page.mjs',
    'server.mjs',
    'storefront.mjs',
    'test',
  ]);
});
