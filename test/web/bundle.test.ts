import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { type Bundle, bundlePage } from '../../lib/local/page/bundle.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundlePage();
});

test('is at most 60 KB in all, gzipped', () => {
  const bytes = Object.values(bundle.files).map((text) => gzipSync(text, { level: 9 }).length);
  expect(bytes.every((length) => length > 0)).toBe(true);
  expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(60 * 1024);
});

test('folds with the very code of the command line, which needs no schema to fold', () => {
  expect(bundle.sources).toContain('lib/lifecycle/replay.ts');
  expect(bundle.sources).toContain('lib/lifecycle/machine.ts');
  expect(bundle.sources.filter((source) => source.includes('node_modules/zod/'))).toEqual([]);
});

test('names no address outside, and no way around Trusted Types', () => {
  const addresses = Object.values(bundle.files).flatMap(
    (text) => text.match(/https?:\/\/[^\s"'`\\)<]+/g) ?? [],
  );
  // XML namespaces, which nothing is loaded from, and what XState tells in an error.
  expect([...new Set(addresses)].filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
  expect(bundle.files['/']).not.toMatch(/<style|style=|onload=|<script>/);
});
