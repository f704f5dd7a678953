import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { netstrings } from '../history/netstrings.ts';
import type { SealedHead } from '../history/seal-events.ts';

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** Where a leaf stands in a tree of `size` leaves, and the hashes that lead from it to the root, nearest first. */
export type Inclusion = { readonly index: number; readonly size: number; readonly path: readonly string[] };

/** The leaf of a stream's head. A leaf and an inner node can never have the same bytes. */
export function leafOf({ stream, seq, hash: head }: SealedHead): string {
  const text = netstrings([stream, String(seq), head]);
  return hash('sha256', Buffer.concat([LEAF, Buffer.from(text)]));
}

/**
 * The Merkle root over leaves in their order, 64 hexadecimal digits; the SHA-256 of nothing where there are none.
 *
 * Source: RFC 6962, section 2.1.
 */
export function rootOf(leaves: readonly string[]): string {
  const [only] = leaves;
  if (only === undefined) return hash('sha256', '');
  if (leaves.length === 1) return only;
  const left = leftSize(leaves.length);
  return nodeOf(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

/** Shows of any leaf that it is in the tree. Inner nodes are hashed once. Source: RFC 6962, section 2.1.1. */
export function inclusionsOf(leaves: readonly string[]): (index: number) => Inclusion {
  const known = new Map<string, string>();
  const rootWithin = (from: number, to: number): string => {
    const key = `${from} ${to}`;
    const root = known.get(key) ?? rootOf(leaves.slice(from, to));
    known.set(key, root);
    return root;
  };
  return (index) => {
    const path: string[] = [];
    let [from, to] = [0, leaves.length];
    while (to - from > 1) {
      const middle = from + leftSize(to - from);
      path.unshift(index < middle ? rootWithin(middle, to) : rootWithin(from, middle));
      if (index < middle) to = middle;
      else from = middle;
    }
    return { index, size: leaves.length, path };
  };
}

/**
 * The root that a leaf and its path lead to; `undefined` for a path that cannot be one of such a tree.
 *
 * Source: RFC 9162, section 2.1.3.2.
 */
export function rootFrom(leaf: string, { index, size, path }: Inclusion): string | undefined {
  if (index >= size) return undefined;
  let [position, last, root] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return undefined;
    const isRight = position % 2 === 1;
    root = isRight || position === last ? nodeOf(sibling, root) : nodeOf(root, sibling);
    // The last node of a level without a sibling is its parent unchanged: that level has no hash in the path.
    while (!isRight && position === last && position % 2 === 0 && position !== 0) {
      position = Math.floor(position / 2);
      last = Math.floor(last / 2);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? root : undefined;
}

/** The largest power of two that is smaller than the size. */
function leftSize(size: number): number {
  return 2 ** (Math.ceil(Math.log2(size)) - 1);
}

/** The hash of an inner node over those of its two sides. */
function nodeOf(left: string, right: string): string {
  return hash('sha256', Buffer.concat([NODE, Buffer.from(left, 'hex'), Buffer.from(right, 'hex')]));
}
