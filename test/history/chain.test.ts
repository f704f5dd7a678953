import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginningOf,
  type ChainPosition,
  GENESIS,
  hashCommit,
  type StoredCommit,
  verifyContinuation,
} from '../../lib/history/chain.ts';
import { netstrings } from '../../lib/history/netstrings.ts';
import { idWith, streamOf } from './sample-events.ts';

const stream = streamOf(idWith('ab'));

describe('a hash chain', () => {
  it('begins with 64 zeros', () => {
    expect(beginningOf(stream)).toEqual({ stream, seq: 0, hash: '0'.repeat(64) });
    expect(GENESIS).toHaveLength(64);
  });

  it('accepts a commit that continues it', () => {
    const first = commitAfter(beginningOf(stream), 'one');
    expect(verifyContinuation(beginningOf(stream), first)).toBeUndefined();
    expect(verifyContinuation(first, commitAfter(first, 'two'))).toBeUndefined();
  });

  it('says what is wrong with a commit that does not', () => {
    const first = commitAfter(beginningOf(stream), 'one');
    const second = commitAfter(first, 'two');
    const third = commitAfter(second, 'three');
    expect(verifyContinuation(first, third)).toEqual({ seq: 2, problem: 'expected seq 2, found seq 3' });
    expect(verifyContinuation(second, second)).toEqual({ seq: 3, problem: 'expected seq 3, found seq 2' });
    expect(verifyContinuation(beginningOf('environment#a'), first)).toEqual({
      seq: 1,
      problem: `expected a commit of environment#a, found one of ${stream}`,
    });
    const relinked = { ...second, prev: GENESIS };
    expect(verifyContinuation(first, relinked)).toEqual({
      seq: 2,
      problem: `expected a link to ${first.hash}, found a link to ${GENESIS}`,
    });
    const rewritten = { ...second, body: 'another' };
    expect(verifyContinuation(first, rewritten)).toEqual({
      seq: 2,
      problem: `its content hashes to ${hashCommit(rewritten)}, but its recorded hash is ${second.hash}`,
    });
  });

  it('detects every flipped bit of every field', () => {
    const first = commitAfter(beginningOf(stream), 'one');
    const commit = commitAfter(first, '[{"type":"StopRequested","v":1,"data":{"actor":"ada","reason":"é"}}]');
    let flips = 0;
    for (const field of ['stream', 'at', 'commit', 'prev', 'hash', 'body'] as const) {
      const bytes = Buffer.from(commit[field], 'utf8');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyContinuation(first, { ...commit, [field]: flipped.toString('utf8') })).toBeDefined();
        flips += 1;
      }
    }
    expect(flips).toBe(8 * (31 + 24 + 6 + 64 + 64 + Buffer.byteLength(commit.body)));
  });

  it('detects any other seq', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 2 ** 40 }), (seq) => {
        const commit = commitAfter(beginningOf(stream), 'one');
        expect(verifyContinuation(beginningOf(stream), { ...commit, seq }) === undefined).toBe(seq === 1);
      }),
    );
  });

  it('detects a character that moved from one field to the next', () => {
    const commit = commitAfter(beginningOf(stream), 'one');
    const moved = { ...commit, at: commit.at.slice(0, -1), commit: `${commit.at.slice(-1)}${commit.commit}` };
    expect(verifyContinuation(beginningOf(stream), moved)).toBeDefined();
  });
});

describe('netstrings', () => {
  it('count the bytes of each field', () => {
    expect(netstrings(['hello', '', 'é'])).toBe('5:hello,0:,2:é,');
  });

  it('give no two lists of fields the same text', () => {
    const fields = fc.array(fc.string({ unit: fc.constantFrom('0', '1', ':', ',', 'é') }), { maxLength: 4 });
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        expect(netstrings(one) === netstrings(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 500 },
    );
  });
});

function commitAfter(after: ChainPosition, body: string): StoredCommit {
  const commit = {
    stream,
    seq: after.seq + 1,
    at: '2026-01-02T03:04:05.006Z',
    commit: 'commit',
    prev: after.hash,
    body,
  };
  return { ...commit, hash: hashCommit(commit) };
}
