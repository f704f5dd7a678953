import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLine, plainText } from '../../../lib/lifecycle/wording/plain-text.ts';

describe('text from outside', () => {
  it('loses colours, titles and other escape sequences', () => {
    expect(plainText('\u001b[31mred\u001b[0m \u001b]0;title\u0007\u001b[2Jdone')).toBe('red done');
  });

  it('loses control characters and bidi marks, and keeps line breaks', () => {
    expect(plainText('a\u0000b\u0008\u202ec\u2066d\nnext\u0085')).toBe('abcd\nnext');
  });

  it('keeps of a progress line its last state', () => {
    expect(plainText('10 %\r50 %\r100 %\r\ndone\r\n')).toBe('100 %\ndone\n');
  });

  it('never holds a control character, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u.test(plainText(text))).toBe(false);
        expect(plainText(text).isWellFormed()).toBe(true);
      }),
    );
  });

  it('fits on one line of the length that is asked for', () => {
    expect(plainLine(' a\n b ', 10)).toBe('a b');
    expect(plainLine('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(plainLine('😀'.repeat(20), 10)).toBe(`${'😀'.repeat(4)}…`);
  });
});
