import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../lib/history/canonical-json.ts';

describe('canonical JSON', () => {
  it('sorts the members of every object by UTF-16 code units and keeps the order of lists', () => {
    expect(canonicalJson({ b: [3, { z: 1, a: 2 }], a: 'x', 10: true, 9: null })).toBe(
      '{"10":true,"9":null,"a":"x","b":[3,{"a":2,"z":1}]}',
    );
    expect(canonicalJson({ '\ufb33': 1, '😀': 2, '\r': 3, é: 4 })).toBe('{"\\r":3,"é":4,"😀":2,"\ufb33":1}');
  });

  it('writes numbers as RFC 8785 does', () => {
    expect(canonicalJson([1 / 3, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[0.3333333333333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  it('leaves out members that are undefined', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it.each([
    [Number.NaN, 'NaN has no JSON text: expected a finite number'],
    [() => 1, 'a value of type function has no JSON text: expected plain JSON data'],
    [[undefined], 'a value of type undefined has no JSON text: expected plain JSON data'],
    [10n, 'a value of type bigint has no JSON text: expected plain JSON data'],
  ])('refuses %s', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(new TypeError(message));
  });

  it('is the same for every order of the members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.infiniteStream(fc.nat()), (value, random) => {
        const shuffled = withMembersShuffled(value, () => random.next().value ?? 0);
        expect(canonicalJson(shuffled)).toBe(canonicalJson(value));
      }),
    );
  });

  it('holds the same value as the plain JSON text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

function withMembersShuffled(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((element) => withMembersShuffled(element, random));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => ({
    name,
    member: withMembersShuffled(member, random),
    rank: random(),
  }));
  members.sort((one, other) => one.rank - other.rank);
  return Object.fromEntries(members.map(({ name, member }) => [name, member]));
}
