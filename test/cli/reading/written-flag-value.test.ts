import { describe, expect, test } from 'vitest';
import { writtenFlagValue } from '../../../lib/cli/reading/written-flag-value.ts';

describe('the value of a flag as it is typed', () => {
  test.each([
    ['true', true],
    ['false', false],
    ['10', 10],
    ['-0.5', -0.5],
    ['1e3', 1000],
    ['01234', '01234'],
    ['True', 'True'],
    ['NaN', 'NaN'],
    ['', ''],
    ['null', 'null'],
    ['for staff', 'for staff'],
  ])('%j is what it looks like', (written, value) => {
    expect(writtenFlagValue(written, false)).toBe(value);
  });

  test.each(['true', '10', 'for staff'])('%j is text where that is asked for', (written) => {
    expect(writtenFlagValue(written, true)).toBe(written);
  });

  test.each(['x'.repeat(1001), '1e999'])('%.10s… is refused', (written) => {
    expect(() => writtenFlagValue(written, false)).toThrow('a flag cannot have this value');
  });

  test('is no secret, because it is kept in the history', () => {
    expect(() => writtenFlagValue('AKIA'.padEnd(20, 'A'), false)).toThrow('it looks like an AWS access key');
  });
});
