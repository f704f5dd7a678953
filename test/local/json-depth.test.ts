import { expect, test } from 'vitest';
import { isTooDeep } from '../../lib/local/json-depth.ts';

test.each([
  ['a hundred levels', `${'['.repeat(100)}${']'.repeat(100)}`, false],
  ['a hundred and one levels', `${'['.repeat(101)}${']'.repeat(101)}`, true],
  ['many values side by side', `[${'{},'.repeat(1000)}{}]`, false],
  ['brackets in text', JSON.stringify({ text: '['.repeat(1000) }), false],
  ['brackets after a quote in text', JSON.stringify({ text: `"\\"${'{'.repeat(1000)}` }), false],
  ['levels after text', `["\\\\",${'['.repeat(100)}${']'.repeat(100)}]`, true],
  ['what never ends', '['.repeat(1_000_000), true],
])('%s', (_what, json, expected) => {
  expect(isTooDeep(json)).toBe(expected);
});
