import { expect, test } from 'vitest';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { brokenLines, isBroken, lawLines, proofLine } from '../../../lib/cli/reading/proof-lines.ts';
import type { Proof } from '../../../lib/lifecycle/prove.ts';

const COUNTS = { states: 5, situations: 9, steps: 20 };
const KEPT = { law: 'changes are undone newest first', holds: true, checked: 4 };
const IDLE = { law: 'no contract is followed by an undo', holds: true, checked: 0 };
const BROKEN = {
  law: 'every state reaches an end',
  holds: false,
  checked: 9,
  counterexample: ['deployment.started', 'unit.failed'],
};

const proven: Proof = { holds: true, explored: true, ...COUNTS, laws: [KEPT, IDLE] };
const broken: Proof = { holds: false, explored: true, ...COUNTS, laws: [KEPT, BROKEN] };
const unexplored: Proof = { holds: false, explored: false, ...COUNTS, laws: [BROKEN] };

test('a proof says how many laws hold, where, and how often each had something to say', () => {
  expect(proofLine(proven, PLAIN, '')).toBe(
    '  ✔ proven  2 laws hold in all 9 situations and 20 steps of its machine',
  );
  expect(lawLines(proven, PLAIN)).toEqual([
    '  ✔  changes are undone newest first     kept at 4 places',
    '  ✔  no contract is followed by an undo  nothing here it speaks of',
  ]);
  expect([isBroken(proven), brokenLines(proven, PLAIN)]).toEqual([false, []]);
});

test('a law that is broken is shown with a shortest way to where it breaks', () => {
  expect(proofLine(broken, PLAIN, '')).toBe(
    '  ✖ broken  1 of 2 laws in all 9 situations and 20 steps of its machine',
  );
  expect(brokenLines(broken, PLAIN)).toEqual([
    '    ✖ every state reaches an end',
    '      after deployment.started -> unit.failed',
  ]);
  expect(isBroken(broken)).toBe(true);
});

test('of what was not explored nothing is known, so nothing is called broken', () => {
  expect(proofLine(unexplored, PLAIN, 'it is large')).toBe('  ! not proven  it is large');
  expect([isBroken(unexplored), brokenLines(unexplored, PLAIN)]).toEqual([false, []]);
});
