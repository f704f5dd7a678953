import { hash } from 'node:crypto';
import { canonicalJson } from '../history/canonical-json.ts';
import { GENESIS } from '../history/chain.ts';
import { netstrings } from '../history/netstrings.ts';
import type { Seal, SealedHead } from '../history/seal-events.ts';
import { growingTree } from './growing-tree.ts';
import { leafOf } from './merkle.ts';
import { isSigned, type Signer } from './signer.ts';

const SIGNED_TAG = 'nonevent/seal/1';
const HASHED_TAG = 'nonevent/sealed/1';

/** Clocks may be off by an hour; a seal from later than this was not made yet. */
export const FUTURE_MS = 2 * 60 * 60 * 1000;

/** The text that a seal's signature covers: everything in it but the signature. */
export function signedText(seal: Omit<Seal, 'signature'>): string {
  const { seal: number, at, previous, changed, streams, root, publicKey } = seal;
  const said = { seal: number, at, previous, changed, streams, root, publicKey };
  return netstrings([SIGNED_TAG, canonicalJson(said)]);
}

/** The hash that the next seal links to. It covers the whole seal, its signature too. */
export function sealHash(seal: Seal): string {
  return hash('sha256', netstrings([HASHED_TAG, canonicalJson(seal)]));
}

/** Signs what a seal says. */
export async function signSeal(said: Omit<Seal, 'signature' | 'publicKey'>, signer: Signer): Promise<Seal> {
  const unsigned = { ...said, publicKey: signer.publicKey };
  return { ...unsigned, signature: await signer.sign(signedText(unsigned)) };
}

/** The seals so far, folded: what the newest one says of every stream. */
export type SealChain = {
  /** Adds the next seal, or says why it cannot be the next one. */
  readonly add: (seal: Seal) => string | undefined;
  readonly newest: () => Seal | undefined;
  readonly seals: () => readonly Seal[];
  /** What the next seal has to link to. */
  readonly link: () => string;
  /** The hash of a seal by its number; `undefined` where there is none. */
  readonly hashOf: (seal: number) => string | undefined;
  /** Every sealed head of every stream, oldest first. */
  readonly heads: () => ReadonlyMap<string, readonly SealedBy[]>;
  /** The newest sealed head of every stream, sorted by stream: the leaves of the tree. */
  readonly leaves: () => readonly SealedHead[];
};

/** A stream's head and the seal that holds it. */
export type SealedBy = SealedHead & { readonly seal: number; readonly sealedAt: string };

/**
 * Folds seals from the first one on. Each has to have the next number, link to the one before, be signed with the pinned
 * key, only add to what was sealed, and have the root that its heads come to. `now` is in milliseconds since 1970.
 */
export function foldSeals(now: number, pinnedKey?: string): SealChain {
  const heads = new Map<string, SealedBy[]>();
  const seals: Seal[] = [];
  const hashes = [GENESIS];
  const link = (): string => hashes.at(-1) ?? GENESIS;
  const streams: string[] = [];
  const tree = growingTree();
  const leaves = (): readonly SealedHead[] => streams.flatMap((stream) => heads.get(stream)?.at(-1) ?? []);
  const seat = (head: SealedBy): void => {
    const known = heads.get(head.stream);
    const index = indexIn(head.stream, streams);
    if (known === undefined) {
      heads.set(head.stream, [head]);
      streams.splice(index, 0, head.stream);
      tree.insert(index, leafOf(head));
    } else {
      known.push(head);
      tree.replace(index, leafOf(head));
    }
  };

  return {
    newest: () => seals.at(-1),
    seals: () => seals,
    link,
    hashOf: (seal) => (seal < 1 ? undefined : hashes[seal]),
    heads: () => heads,
    leaves,
    add(seal) {
      const newest = seals.at(-1);
      const expected = { seal: (newest?.seal ?? 0) + 1, previous: link() };
      const problem =
        linkProblem(seal, expected) ??
        signatureProblem(seal, pinnedKey ?? newest?.publicKey, now) ??
        changeProblem(seal, heads);
      if (problem !== undefined) return problem;
      for (const head of seal.changed) seat({ ...head, seal: seal.seal, sealedAt: seal.at });
      if (seal.streams !== tree.size())
        return `it says ${seal.streams} streams, but ${tree.size()} are sealed`;
      const root = tree.root();
      if (seal.root !== root) return `its root is ${seal.root}, but the sealed heads come to ${root}`;
      seals.push(seal);
      hashes.push(sealHash(seal));
      return undefined;
    },
  };
}

/** Where a stream is among the sorted ones, or would be. */
function indexIn(stream: string, sorted: readonly string[]): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? '') < stream) from = middle + 1;
    else to = middle;
  }
  return from;
}

function linkProblem(
  seal: Seal,
  expected: { readonly seal: number; readonly previous: string },
): string | undefined {
  if (seal.seal !== expected.seal) return `expected seal ${expected.seal}, found seal ${seal.seal}`;
  if (seal.previous === expected.previous) return undefined;
  return `expected a link to seal hash ${expected.previous}, found a link to ${seal.previous}`;
}

/** What is wrong with a seal in itself: another key than the pinned one, no signature of it, or a time to come. */
export function signatureProblem(seal: Seal, pinnedKey: string | undefined, now: number): string | undefined {
  if (pinnedKey !== undefined && seal.publicKey !== pinnedKey)
    return `it is signed with the key ${seal.publicKey}, expected ${pinnedKey}`;
  if (!isSigned(signedText(seal), seal.publicKey, seal.signature))
    return `its signature is not one of the key ${seal.publicKey} over what it says`;
  if (Date.parse(seal.at) > now + FUTURE_MS)
    return `it is from the future: it says ${seal.at}, and it is ${new Date(now).toISOString()}`;
  return undefined;
}

function changeProblem(
  { changed }: Seal,
  heads: ReadonlyMap<string, readonly SealedBy[]>,
): string | undefined {
  let before = '';
  for (const { stream, seq } of changed) {
    if (stream <= before) return `${stream} is not in the order of the streams`;
    before = stream;
    const known = heads.get(stream)?.at(-1)?.seq ?? 0;
    if (seq <= known) return `it has ${stream} end at seq ${seq}, but seq ${known} was sealed before`;
    if (stream.startsWith('seal#')) return `it seals ${stream}, which is a seal`;
  }
  return undefined;
}
