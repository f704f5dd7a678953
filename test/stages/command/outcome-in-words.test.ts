import { expect, it } from 'vitest';
import { outcomeInWords } from '../../../lib/stages/command/outcome-in-words.ts';

function inWords(exitCode: number | null, ...lines: readonly string[]): string {
  const signal = exitCode === null ? 'SIGKILL' : null;
  return outcomeInWords({ exitCode, signal, tail: lines.map((line) => `${line}\n`).join('') });
}

const NODE_SPEC = (fail: number) => [
  '✔ adds (0.4ms)',
  'ℹ tests 13',
  'ℹ suites 2',
  `ℹ pass ${13 - fail}`,
  `ℹ fail ${fail}`,
  'ℹ cancelled 0',
  'ℹ skipped 0',
  'ℹ todo 0',
  'ℹ duration_ms 63.123',
];

it.each([
  ['node --test', 0, NODE_SPEC(0), 'exit code 0; tests: pass 13, fail 0'],
  [
    'node --test with a failure, whose details come last',
    1,
    [...NODE_SPEC(1), '', '✖ failing tests:', 'test at cart.test.js:3:1', "  code: 'ERR_ASSERTION',", '}'],
    'exit code 1; tests: pass 12, fail 1',
  ],
  [
    'node --test as TAP',
    0,
    ['1..13', '# tests 13', '# pass 13', '# fail 0', '# duration_ms 63'],
    'exit code 0; tests: pass 13, fail 0',
  ],
  [
    'vitest',
    1,
    [
      ' Test Files  1 failed | 3 passed (4)',
      '      Tests  1 failed | 12 passed (13)',
      '   Start at  10:00:00',
      '   Duration  1.20s (transform 100ms)',
    ],
    'exit code 1; tests: 1 failed | 12 passed (13)',
  ],
  [
    'jest',
    0,
    [
      'Test Suites: 2 passed, 2 total',
      'Tests:       13 passed, 13 total',
      'Snapshots:   0 total',
      'Time:        1.2 s',
      'Ran all test suites.',
    ],
    'exit code 0; tests: 13 passed, 13 total',
  ],
  [
    'mocha',
    1,
    ['  12 passing (20ms)', '  1 failing', '', '  1) cart', '     adds:', '     at Context.<anonymous>'],
    'exit code 1; tests: 12 passing (20ms), 1 failing',
  ],
  ['mocha without a failure', 0, ['  12 passing (20ms)', ''], 'exit code 0; last line: 12 passing (20ms)'],
  [
    'pytest',
    1,
    ['FAILED test_cart.py::test_add - assert 1 == 2', '==== 1 failed, 12 passed in 0.12s ====', ''],
    'exit code 1; tests: 1 failed, 12 passed in 0.12s',
  ],
  [
    'go test',
    1,
    [
      '--- FAIL: TestAdd (0.00s)',
      'FAIL',
      'FAIL\texample.com/shop/cart\t0.003s',
      'ok  \texample.com/shop\t0.002s',
      'FAIL',
    ],
    'exit code 1; tests: FAIL example.com/shop/cart 0.003s',
  ],
  [
    'go test without a failure',
    0,
    ['ok  \texample.com/shop/cart\t0.003s', 'ok  \texample.com/shop\t0.002s', 'done'],
    'exit code 0; tests: ok example.com/shop 0.002s',
  ],
  [
    'a build that fails after the tests passed, by its last line',
    1,
    ['Tests:       13 passed, 13 total', 'error TS2322: not assignable'],
    'exit code 1; last line: error TS2322: not assignable',
  ],
  [
    'a command without tests',
    0,
    ['compiling', 'built in 2 s', '', ''],
    'exit code 0; last line: built in 2 s',
  ],
  ['a command without output', 0, [], 'exit code 0; no output'],
  ['a command that was ended', null, ['working'], 'ended by SIGKILL; last line: working'],
] as const)('tells of %s', (_what, exitCode, lines, expected) => {
  expect(inWords(exitCode, ...lines)).toBe(expected);
});
