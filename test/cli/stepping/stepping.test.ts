import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { type Stepping, step, type Wish, wishOf } from '../../../lib/cli/stepping/stepping.ts';
import { steppingLines } from '../../../lib/cli/stepping/stepping-lines.ts';
import type { Commit } from '../../../lib/history/event-store.ts';
import { FIRST_STREAM, SUCCEEDS } from '../../audit/sample-history.ts';
import { runCli } from '../run-cli.ts';

const commits = SUCCEEDS.map(
  (events, index): Commit => ({
    stream: FIRST_STREAM,
    seq: index + 1,
    at: '2026-11-23T04:00:00.000Z',
    commit: String(index),
    prev: '',
    hash: '',
    body: JSON.stringify(events),
    events,
  }),
);
const WINDOW = { columns: 100, rows: 40, style: PLAIN };
const at = (index: number): Stepping => ({ commits, index });

describe('a key', () => {
  it.each([
    ['right', 'on'],
    ['space', 'on'],
    ['j', 'on'],
    ['left', 'back'],
    ['k', 'back'],
    ['home', 'first'],
    ['end', 'last'],
    ['q', 'quit'],
  ] as const)('%s asks for %s', (name, wish) => {
    expect(wishOf({ name })).toBe(wish);
  });

  it('of no meaning asks for nothing', () => {
    expect([{}, { name: 'x' }, { name: 'toString' }, { name: 'z', ctrl: true }].map(wishOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(wishOf({ name: 'c', ctrl: true })).toBe('interrupt');
  });
});

describe('a step', () => {
  it('leads to the commit before or after, and to the ends', () => {
    let stepping = at(0);
    const indices = (['on', 'on', 'back', 'last', 'on', 'first', 'back'] as const).map((wish) => {
      stepping = step(stepping, wish);
      return stepping.index;
    });
    expect(indices).toEqual([1, 2, 1, 13, 13, 0, 0]);
  });

  it('shows the same screen at a commit, from whichever side one comes', () => {
    const wish = fc.constantFrom<Wish>('on', 'back', 'first', 'last');
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 12 }), fc.nat({ max: 13 }), (wishes, index) => {
        const reached = wishes.reduce(step, at(index));
        expect(reached.index).toBeGreaterThanOrEqual(0);
        expect(steppingLines(reached, WINDOW)).toEqual(steppingLines(at(reached.index), WINDOW));
      }),
      { numRuns: 30 },
    );
  });
});

it('without a terminal is refused, and what to use is named', async () => {
  expect(await runCli(['replay', 'latest', '--step'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      '✖ error --step needs a terminal for its keys and its screen, and found none\n  next  show a moment with --at, as in `nonevent replay latest --at 3`\n',
  });
});

describe('the screen', () => {
  it('says where the machine stood, what was allowed next, what was written and what that changed', () => {
    expect(steppingLines(at(2), WINDOW).slice(1, 16)).toEqual([
      '  commit 3 of 14, 2026-11-23 04:00:00Z',
      '  state    acquire-production',
      '  next     acquire-production.started, acquire-production.measured',
      '           acquire-production.attemptFailed, acquire-production.passed, deployment.stopRequested',
      '           acquire-production.refused, acquire-production.failed',
      '  wrote    StagePassed unit-tests: expected exit code 0, observed exit code 0; last line: 12 tests…',
      '  changed  machine: unit-tests → acquire-production',
      '           unit-tests: state: running → passed',
      '           unit-tests: attempt: open → closed',
      '           unit-tests: verdict: nothing → pass',
      '           unit-tests: expected: nothing → exit code 0',
      '           unit-tests: observed: nothing → exit code 0; last line: 12 tests passed',
      '           unit-tests: evidence: nothing → 55 characters',
      '',
      expect.stringMatching(/^ {2}✔ passed {5} unit-tests {10}Do the unit tests pass\?/),
    ]);
  });

  it('of the first commit has nothing before it, and of the last nothing after it', () => {
    expect(steppingLines(at(0), WINDOW)).toContain('  changed  nothing was known before');
    expect(steppingLines(at(13), WINDOW)).toContain('  next     nothing: it has ended');
    expect(steppingLines(at(13), WINDOW)).toContain('           outcome: nothing → succeeded');
  });

  it('never has more lines or columns than the window', () => {
    for (const rows of [1, 2, 5, 12]) {
      for (const index of commits.keys()) {
        const lines = steppingLines(at(index), { columns: 60, rows, style: PLAIN });
        expect(lines.length).toBeLessThanOrEqual(Math.max(rows, 2));
      }
    }
    expect(steppingLines(at(2), { ...WINDOW, rows: 6 })).toEqual([
      ...steppingLines(at(2), WINDOW).slice(0, 4),
      expect.stringMatching(/^ {2}… \d+ lines more in a higher window$/),
      'back ← k   on → j space   home   end   q quits',
    ]);
  });
});
