import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inclusionsOf, leafOf, rootFrom, rootOf } from '../../lib/audit/merkle.ts';

/** The leaves of the tests that Certificate Transparency logs are held against. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) =>
  createHash('sha256')
    .update(Buffer.from(`00${hex}`, 'hex'))
    .digest('hex'),
);

describe('the root', () => {
  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
    [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
    [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('of %i leaves is that of RFC 6962', (count, root) => {
    expect(rootOf(LEAVES.slice(0, count))).toBe(root);
  });

  it('of a head is over its stream, seq and hash, each with its length', () => {
    // By Python: sha256(b'\x00' + b'24:deployment#0123456789abc,1:7,64:' + b'f'*64 + b',').
    expect(leafOf({ stream: 'deployment#0123456789abc', seq: 7, hash: 'f'.repeat(64) })).toBe(
      'e632080381f169803fa3186d48db2dbd4e0991cd0f1d8b227001c801c1d15eba',
    );
  });
});

describe('inclusion', () => {
  it('leads every leaf of a tree of any size to its root, and no other leaf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, chosen) => {
        const leaves = Array.from({ length: size }, (_, index) => leaf(index));
        const index = chosen % size;
        const inclusion = inclusionsOf(leaves)(index);
        const root = rootOf(leaves);
        expect(rootFrom(leaf(index), inclusion)).toBe(root);
        expect(rootFrom(leaf(size), inclusion)).not.toBe(root);
        for (let other = 0; other < size; other += 1) {
          if (other !== index) expect(rootFrom(leaf(index), { ...inclusion, index: other })).not.toBe(root);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('with a path too short, too long or beside the tree leads nowhere', () => {
    const inclusion = inclusionsOf(LEAVES)(5);
    const [first = ''] = LEAVES;
    expect(rootFrom(first, { ...inclusion, path: inclusion.path.slice(1) })).toBeUndefined();
    expect(rootFrom(first, { ...inclusion, path: [...inclusion.path, first] })).toBeUndefined();
    expect(rootFrom(first, { ...inclusion, index: 8 })).toBeUndefined();
  });
});

function leaf(index: number): string {
  return leafOf({ stream: 'environment#x', seq: index + 1, hash: 'a'.repeat(64) });
}
