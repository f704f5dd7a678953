import { describe, expect, it } from 'vitest';
import { checkTree, inOrder, type TreeEntry } from '../../../lib/artifacts/packing/tree.ts';

const file = (path: string, size: number): TreeEntry => ({ type: 'file', path, executable: false, size });

describe('a tree', () => {
  it('is sorted by the bytes of its paths', () => {
    const paths = ['é', 'z', 'a/b', 'a-b', 'a', '😀', '\uffee'];
    expect(inOrder(paths.map((path) => file(path, 1))).map(({ path }) => path)).toEqual([
      'a',
      'a-b',
      'a/b',
      'z',
      'é',
      '\uffee',
      '😀',
    ]);
  });

  it('of 2 GB is accepted and one byte more is refused', () => {
    const half = 1024 ** 3;
    expect(() => checkTree([file('a', half), file('b', half)])).not.toThrow();
    expect(() => checkTree([file('a', half), file('b', half), file('c', 1)])).toThrow(
      'more than 2 GB together, at "c"',
    );
  });

  it('of more than 200 000 entries is refused', () => {
    const many = Array.from({ length: 200_001 }, (_, index) => file(String(index), 0));
    expect(() => checkTree(many.slice(1))).not.toThrow();
    expect(() => checkTree(many)).toThrow('more than 200000 files');
  });
});
