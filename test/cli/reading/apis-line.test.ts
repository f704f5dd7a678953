import { expect, test } from 'vitest';
import { apisLine } from '../../../lib/cli/reading/apis-line.ts';

test('what a release declares fits on a line', () => {
  const prices = { versions: [1], external: false };
  const mail = { versions: [2, 3], external: true };
  expect(apisLine({ provides: { catalog: [1, 2] }, consumes: { prices, mail } })).toBe(
    'provides catalog v1+v2; consumes prices v1, mail v2+v3 (external)',
  );
  expect(apisLine({ provides: {}, consumes: {} })).toBe('provides nothing; consumes nothing');
});
