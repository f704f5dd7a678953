import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { growingTree } from '../../lib/audit/growing-tree.ts';
import { rootOf } from '../../lib/audit/merkle.ts';

const leaf = fc.nat(1000).map((number) => hash('sha256', String(number)));
/** Where, as a share of what is there; whether the leaf is a new one; and whether the root is asked for then. */
const step = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  isNew: fc.boolean(),
  asks: fc.boolean(),
  leaf,
});

it('has the root of all its leaves, whatever was replaced and added since it was asked for last', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const tree = growingTree();
      const leaves: string[] = [];
      for (const { share, isNew, asks, leaf } of steps) {
        const index = Math.floor(share * leaves.length);
        if (isNew || index === leaves.length) {
          tree.insert(index, leaf);
          leaves.splice(index, 0, leaf);
        } else {
          tree.replace(index, leaf);
          leaves[index] = leaf;
        }
        if (asks) expect(tree.root()).toBe(rootOf(leaves));
      }
      expect(tree.root()).toBe(rootOf(leaves));
      expect(tree.size()).toBe(leaves.length);
    }),
  );
});
