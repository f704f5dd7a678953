import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnsOf } from '../../../lib/targets/process/turns.ts';

/** Up to twelve revisions whose whole percents make 100. */
const weights = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 11 })
  .map((cuts) => [0, ...cuts.sort((one, other) => one - other), 100])
  .map((bounds) =>
    Object.fromEntries(bounds.slice(1).map((bound, index) => [`r${index}`, bound - (bounds[index] ?? 0)])),
  );

function count(turns: readonly string[], revision: string): number {
  return turns.filter((turn) => turn === revision).length;
}

describe('turnsOf', () => {
  it('gives a canary of 10 % one turn in ten', () => {
    expect(turnsOf({ live: 90, canary: 10 })).toEqual([...Array(9).fill('live'), 'canary']);
  });

  it('alternates equal weights', () => {
    expect(turnsOf({ one: 50, other: 50 })).toEqual(['one', 'other']);
  });

  it('spreads a minority evenly', () => {
    expect(turnsOf({ live: 60, canary: 40 })).toEqual(['live', 'canary', 'live', 'live', 'canary']);
  });

  it('gives no turn where nothing has weight', () => {
    expect(turnsOf({})).toEqual([]);
    expect(turnsOf({ live: 0 })).toEqual([]);
  });

  it('does not depend on the order in which weights are written', () => {
    fc.assert(
      fc.property(weights, (written) => {
        const reversed = Object.fromEntries(Object.entries(written).reverse());
        expect(turnsOf(reversed)).toEqual(turnsOf(written));
      }),
    );
  });

  it('is exact over any window of 100 turns', () => {
    fc.assert(
      fc.property(weights, fc.nat(99), (written, start) => {
        const round = turnsOf(written);
        const window = Array.from({ length: 100 }, (_, index) => round[(start + index) % round.length] ?? '');
        for (const [revision, weight] of Object.entries(written)) {
          expect(count(window, revision)).toBe(weight);
        }
      }),
    );
  });

  it('never has a revision a whole turn ahead or behind', () => {
    fc.assert(
      fc.property(weights, (written) => {
        const round = turnsOf(written);
        for (let served = 1; served <= round.length; served += 1) {
          for (const [revision, weight] of Object.entries(written)) {
            const ideal = (served * weight) / 100;
            expect(Math.abs(count(round.slice(0, served), revision) - ideal)).toBeLessThan(1);
          }
        }
      }),
    );
  });
});
