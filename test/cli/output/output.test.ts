import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../lib/cli/output/output.ts';
import { problemLines, problemOf } from '../../../lib/cli/output/problem.ts';
import { hasColour, PLAIN } from '../../../lib/cli/output/style.ts';
import { table } from '../../../lib/cli/output/table.ts';
import { manyLines, oneLine } from '../../../lib/cli/output/untrusted.ts';
import { pad, shorten, widthOf } from '../../../lib/cli/output/width.ts';
import { span, writtenDuration } from '../../../lib/lifecycle/wording/times.ts';
import { NoneventError } from '../../../lib/nonevent-error.ts';

test.each([
  ['\u001b[2J\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007', 'link'],
  ['a\r\nb\tc', 'a b c'],
  ['bell\u0007 back\b null\0 c1\u009b', 'bell back null c1'],
  ['user\u202egnp.exe \u2066x\u2069', 'usergnp.exe x'],
  ['größer 値 🚀', 'größer 値 🚀'],
])('untrusted text %j reaches a terminal as %j', (written, shown) => {
  expect(oneLine(written)).toBe(shown);
});

// A quadratic search would take longer than a test may.
test('text full of beginnings of escape sequences is cleaned in linear time', () => {
  expect(oneLine(`${'\u001b]'.repeat(1_000_000)}\u0007end`) === 'end').toBe(true);
  expect(oneLine(`${'\u001b['.repeat(1_000_000)}mend`).endsWith('[end')).toBe(true);
});

test('the lines of a log stay lines', () => {
  expect(manyLines('one\r\ntwo\u001b[1m\nthree')).toEqual(['one', 'two', 'three']);
});

test.each([
  [{ isTTY: true, columns: 132 }, 132],
  [{ isTTY: true, columns: 0 }, 80],
  [{ isTTY: true }, 80],
  [{ columns: 132 }, Number.POSITIVE_INFINITY],
  [{}, Number.POSITIVE_INFINITY],
])('a stream %j has room for %d columns', (stream, columns) => {
  expect(columnsOf(stream)).toBe(columns);
});

describe('width', () => {
  test('counts what a terminal shows', () => {
    expect(['abc', '値', '🚀', 'e\u0301'].map(widthOf)).toEqual([3, 2, 2, 1]);
  });

  test('cuts with an ellipsis and fills with spaces', () => {
    expect(shorten('a long question', 7)).toBe('a long…');
    expect(shorten('値値値', 4)).toBe('値…');
    expect(shorten('fits', 4)).toBe('fits');
    expect(pad('値', 4)).toBe('値  ');
  });
});

test.each([
  ['auto', {}, true, true],
  ['auto', {}, false, false],
  ['auto', { NO_COLOR: '1' }, true, false],
  ['auto', { NO_COLOR: '' }, true, true],
  ['auto', { FORCE_COLOR: '1' }, false, true],
  ['auto', { FORCE_COLOR: '0' }, true, false],
  ['auto', { TERM: 'dumb' }, true, false],
  ['always', { NO_COLOR: '1', TERM: 'dumb' }, false, true],
  ['never', { FORCE_COLOR: '1' }, true, false],
] as const)('colour %s with %j and terminal %s is %s', (choice, environment, isTerminal, expected) => {
  expect(hasColour(choice, environment, isTerminal)).toBe(expected);
});

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [2100, '2.1s'],
  [59_949, '59.9s'],
  [59_950, '1m 00s'],
  [64_000, '1m 04s'],
  [7_500_000, '2h 05m'],
])('%d ms are shown as %s', (milliseconds, shown) => {
  expect(span(milliseconds)).toBe(shown);
});

test.each([
  [0.5, '500ms'],
  [10, '10s'],
  [90, '90s'],
  [120, '2m'],
  [3600, '1h'],
])('%d seconds are written as %s', (seconds, written) => {
  expect(writtenDuration(seconds)).toBe(written);
});

test('a table aligns its columns', () => {
  expect(
    table([
      ['a', 'long cell', 'x'],
      ['値', 'b', 'y'],
    ]),
  ).toEqual(['a   long cell  x', '値  b          y']);
});

describe('a problem', () => {
  const invalid = new NoneventError('InvalidInput', 'unknown kind', {
    fields: { file: 'nonevent.yaml', line: 12, column: 15 },
    hint: 'did you mean http?',
  });

  test('is a sentence and what to do next', () => {
    expect(problemLines(problemOf(invalid), 'text', PLAIN)).toEqual([
      '✖ error nonevent.yaml:12:15 unknown kind',
      '  next  did you mean http?',
    ]);
  });

  test('is one JSON document', () => {
    expect(problemLines(problemOf(invalid), 'json', PLAIN)).toEqual([
      '{"error":{"code":"InvalidInput","message":"unknown kind","file":"nonevent.yaml","line":12,"column":15,"hint":"did you mean http?"}}',
    ]);
  });

  test.each([
    ['StoreUnavailable', 9],
    ['CommitTooLarge', 2],
    ['HistoryCorrupt', 8],
    ['InvalidInput', 2],
    ['NotFound', 2],
    ['Conflict', 6],
    ['Unreachable', 9],
  ] as const)('%s exits %d', (code, exitCode) => {
    expect(problemOf(new NoneventError(code, 'x')).exitCode).toBe(exitCode);
  });

  test('that is no error of Nonevent is a bug, with where it happened', () => {
    const problem = problemOf(new TypeError('x is not a function'));
    expect(problem).toMatchObject({
      exitCode: 1,
      code: 'Bug',
      message: 'a bug of Nonevent: x is not a function',
    });
    expect(problem.stack).toContain('output.test.ts');
  });
});
