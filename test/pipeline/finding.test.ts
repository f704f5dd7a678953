import { expect, it } from 'vitest';
import { type Finding, formatFinding } from '../../lib/pipeline/finding.ts';

const finding: Finding = {
  code: 'NE203',
  severity: 'error',
  message: 'unknown stage kind "htpt"',
  file: 'nonevent.yaml',
  line: 12,
  column: 15,
  endColumn: 19,
  excerpt: '        kind: htpt',
  hint: 'did you mean http?',
};

it('shows place, code, message, line, caret and hint', () => {
  expect(formatFinding(finding)).toBe(
    [
      'nonevent.yaml:12:15 error NE203 unknown stage kind "htpt"',
      '          kind: htpt',
      '                ^^^^',
      '  did you mean http?',
    ].join('\n'),
  );
});

it('cuts a long line around the caret', () => {
  const excerpt = `${'a'.repeat(500)}X${'b'.repeat(500)}`;
  const [, line, caret] = formatFinding({ ...finding, column: 501, endColumn: 502, excerpt }).split('\n');
  expect(line).toBe(`  …${'a'.repeat(50)}X${'b'.repeat(49)}…`);
  expect(caret).toBe(`   ${' '.repeat(50)}^`);
});

it('keeps the caret under its column where the line has tabs', () => {
  const [, line, caret] = formatFinding({ ...finding, column: 2, endColumn: 3, excerpt: '\tx' }).split('\n');
  expect([line, caret]).toEqual(['   x', '   ^']);
});

it('shows neither line nor caret where the line is empty', () => {
  expect(formatFinding({ ...finding, excerpt: '' }).split('\n')).toHaveLength(2);
});

it('replaces what would move the cursor or turn the text around', () => {
  const shown = formatFinding({
    ...finding,
    file: 'a\u001b[2J',
    message: 'x\u202ey\nz',
    excerpt: '\u0007',
    column: 1,
  });
  expect(shown).toContain('a\uFFFD[2J:12:1 error NE203 x\uFFFDy\uFFFDz');
});
