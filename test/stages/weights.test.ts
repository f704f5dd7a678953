import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameWeights, spread, weightsInWords } from '../../lib/stages/weights.ts';

const ONE = '2.0.0-bbbbbbbb';

describe('spreading the traffic', () => {
  it('gives the rest to the live revision', () => {
    expect(spread(ONE, 10, { live: 100 })).toEqual({ [ONE]: 10, live: 90 });
  });

  it('gives the rest in proportion, the largest remainder first', () => {
    expect(spread(ONE, 10, { a: 50, b: 30, c: 20 })).toEqual({ [ONE]: 10, a: 45, b: 27, c: 18 });
    expect(spread(ONE, 0, { a: 33, b: 33, c: 34 })).toEqual({ a: 33, b: 33, c: 34 });
    expect(spread(ONE, 50, { a: 33, b: 33, c: 34 })).toEqual({ [ONE]: 50, a: 17, b: 16, c: 17 });
  });

  it('names no other revision when one gets everything', () => {
    expect(spread(ONE, 100, { live: 100 })).toEqual({ [ONE]: 100 });
  });

  it('sends everything to the only revision there is, whatever was asked for', () => {
    expect(spread(ONE, 10, {})).toEqual({ [ONE]: 100 });
    expect(spread(ONE, 0, { live: 0 })).toEqual({ [ONE]: 100 });
    expect(spread(ONE, 10, { [ONE]: 100 })).toEqual({ [ONE]: 100 });
  });

  it('always makes 100 of whole percents, exactly the asked one for the revision, each other within 1 of its share', () => {
    const others = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.integer({ min: 0, max: 100 }), {
      maxKeys: 12,
    });
    fc.assert(
      fc.property(others, fc.integer({ min: 0, max: 100 }), (weights, percent) => {
        const given = spread(ONE, percent, weights);
        const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
        expect(Object.values(given).reduce((sum, weight) => sum + weight, 0)).toBe(100);
        expect(Object.values(given).every((weight) => Number.isInteger(weight) && weight > 0)).toBe(true);
        expect(given[ONE] ?? 0).toBe(total === 0 ? 100 : percent);
        for (const [name, weight] of Object.entries(weights)) {
          const exact = total === 0 ? 0 : ((100 - percent) * weight) / total;
          expect(Math.abs((given[name] ?? 0) - exact)).toBeLessThan(1);
        }
        expect(Object.keys(given).every((name) => name === ONE || (weights[name] ?? 0) > 0)).toBe(true);
      }),
    );
  });
});

describe('weights', () => {
  it('are the same when they route the same', () => {
    expect(sameWeights({ a: 100, b: 0 }, { a: 100 })).toBe(true);
    expect(sameWeights({ a: 100 }, { a: 90, b: 10 })).toBe(false);
    expect(sameWeights({}, { a: 100 })).toBe(false);
    expect(sameWeights({}, { a: 0 })).toBe(true);
  });

  it('are said in words', () => {
    expect(weightsInWords({ a: 90, b: 10, c: 0 })).toBe('a 90 %, b 10 %');
    expect(weightsInWords({})).toBe('no traffic to anyone');
  });
});
