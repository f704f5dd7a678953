import type { Weights } from '../target.ts';

/**
 * One round of turns: which revision serves the first, second, … request, to be repeated without end.
 *
 * In any window as long as a round every revision has exactly its share, and after any number of turns from the start
 * of a round none is a whole turn ahead of its share or behind it. Empty when no weight is above zero.
 *
 * Each turn of a revision has a window of slots in which it is neither early nor late; the open window that ends first
 * is served. With one server this always works out (Baruah, Cohen, Plaxton, Varvel: Proportionate Progress, 1996). The
 * usual rule, serving whoever is furthest behind, was seen to be off by more than one turn from five revisions on.
 */
export function turnsOf(weights: Weights): readonly string[] {
  const weighted = Object.entries(weights).filter(([, weight]) => weight > 0);
  const unit = weighted.reduce((divisor, [, weight]) => greatestCommonDivisor(divisor, weight), 0);
  const shares = weighted
    .map(([revision, weight]) => ({ revision, weight: weight / unit, served: 0 }))
    .sort((one, other) => other.weight - one.weight || (one.revision < other.revision ? -1 : 1));
  const length = shares.reduce((sum, { weight }) => sum + weight, 0);

  const turns: string[] = [];
  while (turns.length < length) {
    const next = earliestDeadline(shares, length, turns.length);
    next.served += 1;
    turns.push(next.revision);
  }
  return turns;
}

type Share = { readonly revision: string; readonly weight: number; served: number };

function earliestDeadline(shares: readonly Share[], length: number, slot: number): Share {
  const opens = (share: Share) => Math.floor((share.served * length) / share.weight);
  const closes = (share: Share) => Math.ceil(((share.served + 1) * length) / share.weight);
  return shares
    .filter((share) => opens(share) <= slot)
    .reduce((first, share) => (closes(share) < closes(first) ? share : first));
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
