import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../lib/pipeline/json.ts';
import { differencesOf, driftLines, isAllowed } from '../../../lib/stages/parity/drift.ts';

const NAMES = { one: 'staging', other: 'production' };
const drift = (one: Json, other: Json): readonly string[] => driftLines(differencesOf(one, other), NAMES);

describe('the drift of two manifests', () => {
  it('is a line for each difference, by its path', () => {
    const staging = { start: 'node server.js', drain: 5, env: { LOG_LEVEL: 'debug', REGION: 'eu' } };
    const production = { start: 'node server.js', drain: 10, env: { LOG_LEVEL: 'info', CDN: 'on' } };
    expect(drift(staging, production)).toEqual([
      'drain: 5 in staging, 10 in production',
      'env.CDN: absent in staging, "on" in production',
      'env.LOG_LEVEL: "debug" in staging, "info" in production',
      'env.REGION: "eu" in staging, absent in production',
    ]);
  });

  it('tells a number from the text that looks like it', () => {
    expect(drift({ flags: { limit: 10 } }, { flags: { limit: '10' } })).toEqual([
      'flags.limit: 10 in staging, "10" in production',
    ]);
  });

  it('clips values that nobody could read', () => {
    const [line] = drift({ start: 'x'.repeat(500) }, { start: 'y' });
    expect(line).toBe(`start: "${'x'.repeat(58)}… in staging, "y" in production`);
  });
});

describe('what is allowed', () => {
  const at = (path: string) => ({ path, one: 1, other: 2 });

  it('is a path and what is below it', () => {
    expect(isAllowed(at('env.LOG_LEVEL'), ['env.LOG_LEVEL'])).toBe(true);
    expect(isAllowed(at('env.LOG_LEVEL'), ['env'])).toBe(true);
    expect(isAllowed(at('env.LOG_LEVEL'), ['env.LOG'])).toBe(false);
    expect(isAllowed(at('env'), ['env.LOG_LEVEL'])).toBe(false);
    expect(isAllowed(at('env.LOG_LEVEL'), [])).toBe(false);
  });
});

const manifest = fc.record({
  drain: fc.integer({ min: 1, max: 3 }),
  env: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.constantFrom('x', 'y')),
  flags: fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.boolean(), fc.constantFrom(1, '1'))),
});

it('finds none between equals, and the same ones from either side', () => {
  fc.assert(
    fc.property(manifest, manifest, (one, other) => {
      expect(differencesOf(one, structuredClone(one))).toEqual([]);
      expect(differencesOf(other, one)).toEqual(
        differencesOf(one, other).map((each) => ({ path: each.path, one: each.other, other: each.one })),
      );
    }),
  );
});
