import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { rootOf } from './merkle.ts';

/** A Merkle tree whose leaves are replaced and added one by one, and whose root is asked for in between. */
export type GrowingTree = {
  readonly size: () => number;
  readonly replace: (index: number, leaf: string) => void;
  /** Puts a leaf before the one that is there; those from there on move. */
  readonly insert: (index: number, leaf: string) => void;
  /** The same as `rootOf` over all leaves. */
  readonly root: () => string;
};

/**
 * Keeps the hashes of whole subtrees, and hashes again only what lies to the right of the first leaf that has changed since.
 *
 * Source: RFC 6962, section 2.1: the left part of every tree is a whole subtree of a power of two of leaves.
 */
export function growingTree(): GrowingTree {
  const leaves: Buffer[] = [];
  /** For each height, the hashes of its whole subtrees from the left, as far as they are known. */
  const known: Buffer[][] = [[]];

  function forgetFrom(index: number): void {
    for (const [height, hashes] of known.entries())
      hashes.length = Math.min(hashes.length, Math.floor(index / 2 ** height));
  }

  /** Of the leaves from `place * 2 ** height` on, `2 ** height` of them. Asked for from the left, so nothing is left out. */
  function whole(height: number, place: number): Buffer {
    if (height === 0) return leaves[place] ?? NOTHING;
    known[height] ??= [];
    const hashes = known[height];
    for (let next = hashes.length; next <= place; next += 1)
      hashes.push(node(whole(height - 1, 2 * next), whole(height - 1, 2 * next + 1)));
    return hashes[place] ?? NOTHING;
  }

  function rootFrom(from: number): Buffer {
    const size = leaves.length - from;
    const height = Math.floor(Math.log2(size));
    const left = whole(height, from / 2 ** height);
    return 2 ** height === size ? left : node(left, rootFrom(from + 2 ** height));
  }

  return {
    size: () => leaves.length,
    replace(index, leaf) {
      forgetFrom(index);
      leaves[index] = Buffer.from(leaf, 'hex');
    },
    insert(index, leaf) {
      forgetFrom(index);
      leaves.splice(index, 0, Buffer.from(leaf, 'hex'));
    },
    root: () => (leaves.length === 0 ? rootOf([]) : rootFrom(0).toString('hex')),
  };
}

const SIZE = 32;
const NOTHING = Buffer.alloc(SIZE);
/** What an inner node is hashed over: a tag, and its two sides, which are always written whole. */
const NODE = Buffer.alloc(1 + 2 * SIZE, 1);

function node(left: Buffer, right: Buffer): Buffer {
  NODE.set(left, 1);
  NODE.set(right, 1 + SIZE);
  return hash('sha256', NODE, 'buffer');
}
